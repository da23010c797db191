import type { Actor } from '@tsudoi/hub';
import { processWide } from '../process-wide.ts';
import { type Allowance, Counter, type Policy } from './allowance.ts';
import { addressHeader, callerOfAddress } from './client-address.ts';

/** Calls of one request, inner calls of a batch counted one by one. */
export const largestBatch = 10;
/** Bytes of a body. Files travel to the object store and not through procedures. */
export const largestBody = 4 * 1024 * 1024;

/** Published with every answer. A node with jobs makes about one call a second. */
export const policies = {
  token: { name: 'token', calls: 6000, seconds: 300 },
  person: { name: 'person', calls: 6000, seconds: 300 },
  address: { name: 'address', calls: 600, seconds: 300 },
} satisfies Record<string, Policy>;

const counter = processWide('calls', () => new Counter());

/** Counts calls for whoever was recognised, else (an unknown token included) for the address they come from. */
export function takeCalls(actor: Actor | null, headers: Headers, calls = 1): Allowance {
  if (actor?.kind === 'node') return counter().take(`token ${actor.tokenId}`, policies.token, calls);
  if (actor?.kind === 'person') return counter().take(`person ${actor.personId}`, policies.person, calls);
  const address = callerOfAddress(headers.get(addressHeader) ?? 'unknown');
  return counter().take(`address ${address}`, policies.address, calls);
}
