import {
  type Command,
  type CommandType,
  commandDefinition,
  type EventMeta,
  Rejection,
  type StreamType,
} from '@tsudoi/schema';
import postgres from 'postgres';
import { type Actor, actorKey } from '../access/actor.ts';
import { checkSender } from '../access/permissions.ts';
import type { Hub } from '../hub.ts';
import { LogBatch, type NewReceipt, type NumberedEvent, streamKey } from '../log/append.ts';
import { endsConnection, type Transaction } from '../log/connection.ts';
import { WrongVersion } from '../log/expected-version.ts';
import { type History, readStream } from '../log/read-log.ts';
import type { Front, Intent } from './front.ts';
import type { CommandContext, Outcome } from './handler.ts';
import { handle } from './handlers.ts';
import { projectInline } from './project-inline.ts';
import { type Facts, readFacts, receiptId, type StreamRef } from './read-facts.ts';
import { answerAgain, type CommandAnswer, type ReceiptKey } from './receipt.ts';

/** A command whose shape was checked, with all that its events and its receipt will say about its sender. */
export interface QueuedCommand {
  command: Command;
  actor: Actor;
  /** The version of the command's stream that the sender saw, if it pinned one. */
  pinnedVersion: number | null;
  meta: EventMeta;
  key: ReceiptKey;
}

/** What was decided about one command of a batch; `again`: it lost to another writer and should be decided anew. */
export type Decision = { answer: CommandAnswer } | { error: unknown } | { again: WrongVersion };

/** Ends the transaction with a roll-back (no flush to disk) when no command of a batch has anything to append. */
export class NothingHappened extends Error {
  readonly decisions: (position: number) => Decision[];
  constructor(decisions: (position: number) => Decision[]) {
    super('nothing to append');
    this.decisions = decisions;
  }
}

type Verdict = Decision | { result: unknown; last: number | null };

/**
 * Decides commands one after the other in one transaction and appends the events of all with one statement. A command
 * sees what those before it in the batch did. One that is refused leaves nothing behind and does not touch the others.
 * What depends on a batch in front of it, which may still be at its commit, waits until that is over.
 * @param front its place among the batches of this process
 * @param writing is called when only the append is left, so that a caller can tell whose time-out it was
 * @throws NothingHappened; WrongVersion or another error that ended the transaction: then nothing was written at all
 */
export async function decideTogether(
  tx: Transaction,
  hub: Hub,
  commands: readonly QueuedCommand[],
  front: Front,
  writing: () => void,
): Promise<Decision[]> {
  const refs = new Map(
    commands.flatMap(targetOf).map((ref) => [streamKey(ref.streamType, ref.streamId), ref]),
  );
  await front.passedFor({ streams: refs.keys(), receipts: commands.map(({ key }) => receiptId(key)) });
  const [facts, senders] = await Promise.all([
    readFacts(
      tx,
      commands.map(({ key }) => key),
      [...refs.values()],
    ),
    checkSenders(tx, commands),
  ]);
  const batch = new BatchOfCommands(tx, hub, facts, front);
  const verdicts: Verdict[] = [];
  for (const [i, command] of commands.entries()) {
    const refusal = senders[i];
    verdicts.push(refusal ? { error: refusal } : await batch.decide(command));
  }
  const finish = (first: number, head: number) => verdicts.map((verdict) => asDecision(verdict, first, head));
  if (batch.size === 0) throw new NothingHappened((head) => finish(0, head));
  front.writes(batch.intent);
  // All three are sent now; the server does them in this order, and the next one fails if one did.
  const projected = batch.inlineDone();
  const written = batch.write();
  const committed = front.commit([projected, written]);
  for (const later of [written, committed]) later.catch(() => {}); // awaited below
  await projected;
  writing();
  const first = await written;
  await committed;
  return finish(first, first + batch.size - 1);
}

function asDecision(verdict: Verdict, first: number, head: number): Decision {
  if (!('result' in verdict)) return verdict;
  const { result, last } = verdict;
  return { answer: { position: last === null ? head : first + last - 1, result } };
}

/** The stream that a command is about: `source.review` with `sourceId`; a person's own without an id. */
function targetOf({ command, actor }: QueuedCommand): StreamRef[] {
  const [streamType] = command.type.split('.');
  const named = (command.data as Record<string, unknown>)[`${streamType}Id`];
  const self = streamType === 'person' && actor.kind !== 'system' ? actor.personId : null;
  const streamId = typeof named === 'string' ? named : self;
  return streamId === null ? [] : [{ streamType: streamType as StreamType, streamId }];
}

/** For each command why its sender may not send it, or null. Asked at once for all, and once for each sender. */
async function checkSenders(
  tx: Transaction,
  commands: readonly QueuedCommand[],
): Promise<(Rejection | null)[]> {
  const asked = new Map<string, Promise<Rejection | null>>();
  return Promise.all(
    commands.map(({ command, actor }) => {
      const { by } = commandDefinition(command.type);
      const key = `${actorKey(actor)} ${by}`;
      const answer = asked.get(key) ?? checkSender(tx, actor, by).then(() => null, refusalOrThrow);
      asked.set(key, answer);
      return answer;
    }),
  );
}

function refusalOrThrow(error: unknown): Rejection {
  if (error instanceof Rejection) return error;
  throw error;
}

/** Thrown by `context.tx` of a command that was expected to need nothing but streams. */
class NeedsTransaction extends Error {}

/** The commands that were seen to read or write tables themselves. Most decide from streams alone. */
const usesTables = new Set<CommandType>();

/** Sent in order, and not waited for: if it failed, so does whatever comes after it in the transaction. */
function unwaited(statement: { execute(): Promise<unknown> }): void {
  statement.execute().catch(() => {});
}

class BatchOfCommands {
  readonly #tx: Transaction;
  readonly #hub: Hub;
  readonly #facts: Facts;
  readonly #front: Front;
  readonly #log: LogBatch;
  readonly #receipts: NewReceipt[] = [];
  /** Events that the inline projections have not seen yet. */
  #unprojected: NumberedEvent[] = [];

  constructor(tx: Transaction, hub: Hub, facts: Facts, front: Front) {
    this.#tx = tx;
    this.#hub = hub;
    this.#facts = facts;
    this.#front = front;
    this.#log = new LogBatch(tx);
    for (const { streamType, streamId, version } of facts.histories.values())
      this.#log.assume(streamType, streamId, version);
  }

  get size(): number {
    return this.#log.size;
  }

  get intent(): Intent {
    return { streams: this.#log.streams, receipts: new Set(this.#receipts.map(receiptId)) };
  }

  async decide(queued: QueuedCommand): Promise<Verdict> {
    const { command, key } = queued;
    try {
      const kept = this.#facts.receipts.get(receiptId(key));
      if (kept) return { answer: answerAgain(kept, key) };
      if (usesTables.has(command.type)) return await this.#withTables(queued);
      return await this.#take(queued, await handle(this.#context(queued, false), command));
    } catch (error) {
      if (error instanceof NeedsTransaction) {
        usesTables.add(command.type);
        return this.decide(queued);
      }
      return this.#refused(error, queued);
    }
  }

  /** Brings the tables that decisions read up to what was decided so far. */
  async inlineDone(): Promise<void> {
    const events = this.#unprojected;
    this.#unprojected = [];
    if (events.length > 0) await projectInline(this.#tx, events);
  }

  write(): Promise<number> {
    return this.#log.write(this.#receipts);
  }

  /** Whatever the command does to tables is undone if it is refused in the end. */
  async #withTables(queued: QueuedCommand): Promise<Verdict> {
    const tx = this.#tx;
    await this.#front.passed(); // tables have no versions that the append would compare
    await this.inlineDone();
    const savepoint = tx`savepoint command`.execute(); // on its way before the first statement of the handler
    const [, outcome] = await Promise.allSettled([
      savepoint,
      handle(this.#context(queued, true), queued.command),
    ]);
    try {
      if (outcome.status === 'rejected') throw outcome.reason;
      const verdict = await this.#take(queued, outcome.value);
      unwaited(tx`release savepoint command`);
      return verdict;
    } catch (error) {
      const verdict = this.#refused(error, queued);
      unwaited(tx`rollback to savepoint command`);
      return verdict;
    }
  }

  async #take(queued: QueuedCommand, { appends, result, keptResult = result }: Outcome): Promise<Verdict> {
    if (appends.length === 0) return { result, last: null };
    // A writer that names no version takes the head at once, which the batch in front may not have yet.
    if (appends.some(({ expected }) => expected === 'any' || expected === 'must-exist'))
      await this.#front.passed();
    for (const { streamType, streamId, expected } of appends) {
      const isNew =
        expected === 'must-not-exist' && !this.#facts.histories.has(streamKey(streamType, streamId));
      if (isNew) this.#learn(streamType, streamId, { streamType, streamId, version: 0, events: [] });
      else await this.#history(streamType, streamId); // so that what follows in the batch sees these events
    }
    const events = await this.#log.add(appends, queued.meta);
    for (const { streamType, streamId, version, event } of events) {
      const history = this.#facts.histories.get(streamKey(streamType, streamId))!;
      history.events.push(event);
      history.version = version;
    }
    const last = this.#log.size;
    this.#receipts.push({ ...queued.key, result: keptResult, last });
    this.#unprojected.push(...events);
    return { result, last };
  }

  /** An error that ended the transaction is everybody's; any other is the command's own. */
  #refused(error: unknown, { pinnedVersion }: QueuedCommand): Verdict {
    if (error instanceof postgres.PostgresError || endsConnection(error)) throw error;
    if (error instanceof WrongVersion) {
      return pinnedVersion === null ? { again: error } : { error: error.rejection() };
    }
    return { error };
  }

  #context({ actor, pinnedVersion }: QueuedCommand, mayUseTables: boolean): CommandContext {
    const tx = this.#tx;
    const { leaseSeconds, reviewQuorum, personalKey } = this.#hub;
    return {
      get tx() {
        if (!mayUseTables) throw new NeedsTransaction();
        return tx;
      },
      history: (streamType, streamId) => this.#history(streamType, streamId),
      ...{ actor, now: this.#facts.now, leaseSeconds, reviewQuorum, personalKey, pinnedVersion },
    };
  }

  /** A stream as the log has it, followed by what this batch appends to it. */
  async #history(streamType: StreamType, streamId: string): Promise<History> {
    const key = streamKey(streamType, streamId);
    const known = this.#facts.histories.get(key);
    if (!known) await this.#front.passedFor({ streams: [key] });
    return known ?? this.#learn(streamType, streamId, await readStream(this.#tx, streamType, streamId));
  }

  #learn(streamType: StreamType, streamId: string, history: History): History {
    this.#facts.histories.set(streamKey(streamType, streamId), history);
    this.#log.assume(streamType, streamId, history.version);
    return history;
  }
}
