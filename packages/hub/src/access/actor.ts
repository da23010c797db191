import type { EventMeta } from '@tsudoi/schema';

/** Who sends a command. A node acts for the person its token was issued to. */
export type Actor =
  | { kind: 'person'; personId: string }
  | { kind: 'node'; tokenId: string; personId: string; scopes: string[] }
  | { kind: 'system'; name: string };

/** How an actor is written into the log and into receipts. */
export function actorKey(actor: Actor): EventMeta['actor'] {
  switch (actor.kind) {
    case 'person':
      return `person:${actor.personId}`;
    case 'node':
      return `node:${actor.tokenId}`;
    case 'system':
      return `system:${actor.name}`;
  }
}
