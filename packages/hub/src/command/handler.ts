import { type CommandData, type CommandType, type DomainEvent, Rejection } from '@tsudoi/schema';
import type { Actor } from '../access/actor.ts';
import type { StreamAppend } from '../log/append.ts';
import type { Transaction } from '../log/connection.ts';
import { type Aggregate, type Histories, type Loaded, load } from './aggregate.ts';

/**
 * What a handler may use: streams, the transaction it decides in, who asks, and the database's clock. Other commands
 * are decided in the same transaction. A handler that gets by without `tx` is decided with no statement of its own;
 * before its first use of `tx` it may be called twice, so nothing but reading comes before.
 */
export interface CommandContext extends Histories {
  readonly tx: Transaction;
  actor: Actor;
  now: Date;
  leaseSeconds: number;
  reviewQuorum: number;
  /** Wraps the keys of people; null where this process has no business with personal data. */
  personalKey: Uint8Array | null;
  /** The version that the sender saw of the command's own stream, if it pinned one. */
  pinnedVersion: number | null;
}

export interface Outcome {
  /** No events: nothing happened, nothing is written, and the same command may be sent again. */
  appends: StreamAppend[];
  result: unknown;
  /** What a repetition of the command is answered, where that differs from `result` (secrets are not kept). */
  keptResult?: unknown;
}

/** Gathers the facts of one command, asks the pure decision, and says what to append. */
export type Handler<T extends CommandType> = (
  context: CommandContext,
  data: CommandData<T>,
) => Promise<Outcome>;

export function outcome(appends: StreamAppend[], result: unknown = null): Outcome {
  return { appends: appends.filter(({ events }) => events.length > 0), result };
}

/**
 * Loads the stream that the command is about.
 * @throws Rejection `stream.conflict` if the sender pinned another version
 */
export async function loadTarget<State, Event extends DomainEvent>(
  context: CommandContext,
  aggregate: Aggregate<State, Event>,
  id: string,
): Promise<Loaded<State>> {
  const loaded = await load(context, aggregate, id);
  const { pinnedVersion } = context;
  if (pinnedVersion !== null && pinnedVersion !== loaded.version) {
    const stream = `${aggregate.streamType} ${id}`;
    throw new Rejection('stream.conflict', { stream, actual: loaded.version, expected: pinnedVersion });
  }
  return loaded;
}

/** @throws Rejection `auth.sign-in-needed` for the hub's own processes, which are nobody */
export function personOf(actor: Actor): string {
  if (actor.kind === 'system') throw new Rejection('auth.sign-in-needed');
  return actor.personId;
}

/** @throws Rejection `auth.not-permitted` unless a node asks: leases belong to tokens */
export function nodeOf(actor: Actor): Extract<Actor, { kind: 'node' }> {
  if (actor.kind !== 'node') throw new Rejection('auth.not-permitted', { permission: 'node.work' });
  return actor;
}
