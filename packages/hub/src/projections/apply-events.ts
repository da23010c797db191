import type { RecordedEvent } from '@tsudoi/schema';
import { endsConnection, type Queryable } from '../log/connection.ts';
import type { Projection } from './projection.ts';

/** An event that a projection cannot take, and why. */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';
  readonly event: RecordedEvent;
  override readonly cause: unknown;

  constructor(event: RecordedEvent, cause: unknown) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${event.event.type} at position ${event.position}: ${reason}`);
    this.event = event;
    this.cause = cause;
  }
}

/**
 * Applies events in order, together where the projection can; if that fails, one by one, which tells the event that it
 * cannot take.
 * @param tx inside a transaction
 * @throws PoisonEvent naming the event whose statement failed, however late the failure was heard of
 */
export async function applyEvents(
  tx: Queryable,
  projection: Projection,
  events: readonly RecordedEvent[],
): Promise<void> {
  if (await appliedTogether(tx, projection, events)) return;
  await applyOneByOne(tx, projection, events);
}

async function appliedTogether(
  tx: Queryable,
  projection: Projection,
  events: readonly RecordedEvent[],
): Promise<boolean> {
  if (!projection.applyTogether || events.length < 2) return false;
  await tx`savepoint together`;
  try {
    const writes = new Writes();
    await projection.applyTogether(writes.through(tx, events[0]), events);
    await writes.settled();
    if (writes.failure) throw writes.failure.cause;
    await tx`release savepoint together`;
    return true;
  } catch (error) {
    if (endsConnection(error)) throw error;
    await tx`rollback to savepoint together`;
    return false;
  }
}

/**
 * Applies events in order. Writes are sent without waiting for their answers: the server keeps the order of one
 * connection, so later reads see them, and a batch costs its reads in round trips and not its writes.
 * @throws PoisonEvent naming the event whose statement failed, however late the failure was heard of
 */
export async function applyOneByOne(
  tx: Queryable,
  projection: Projection,
  events: readonly RecordedEvent[],
): Promise<void> {
  const writes = new Writes();
  for (const event of events) {
    try {
      await projection.apply(writes.through(tx, event), event);
    } catch (error) {
      await writes.settled();
      throw writes.failure ?? new PoisonEvent(event, error);
    }
    if (writes.failure) throw writes.failure;
  }
  await writes.settled();
  if (writes.failure) throw writes.failure;
}

class Writes {
  failure: PoisonEvent | null = null;
  #pending: Promise<void>[] = [];

  /** The same connection, on which a statement that answers nothing counts as done once it was sent. */
  through(tx: Queryable, event: RecordedEvent): Queryable {
    return new Proxy(tx, {
      apply: (target, self, args: Parameters<Queryable>) => {
        const query: unknown = Reflect.apply(target, self, args);
        if (query instanceof Promise && isPlainWrite(args[0])) this.#defer(query, event);
        return query;
      },
    });
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #defer(query: Promise<unknown>, event: RecordedEvent): void {
    const run = query.then.bind(query);
    const sent: typeof query.then = (done, failed) => {
      const answered = run(
        () => {},
        (error) => {
          this.failure ??= new PoisonEvent(event, error);
        },
      );
      this.#pending.push(answered);
      return Promise.resolve([]).then(done, failed);
    };
    Object.defineProperty(query, 'then', { value: sent });
  }
}

function isPlainWrite(template: unknown): boolean {
  if (!Array.isArray(template)) return false;
  return /^\s*(insert|update|delete)\b/i.test(template[0]) && !/\breturning\b/i.test(template.join(' '));
}
