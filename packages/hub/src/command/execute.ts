import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, type EventMeta, Rejection } from '@tsudoi/schema';
import postgres from 'postgres';
import { type Actor, actorKey } from '../access/actor.ts';
import type { Hub } from '../hub.ts';
import { inAppendTransaction } from '../log/append-transaction.ts';
import { endsConnection, sqlState } from '../log/connection.ts';
import { WrongVersion } from '../log/expected-version.ts';
import { logHead } from '../log/read-log.ts';
import { currentTraceparent } from '../telemetry/traceparent.ts';
import { withSpan } from '../telemetry/with-span.ts';
import { type Decision, decideTogether, NothingHappened, type QueuedCommand } from './decide-together.ts';
import { Gather, type Settled } from './gather.ts';
import { parseCommand } from './parse-command.ts';
import { receiptId } from './read-facts.ts';
import { type CommandAnswer, requestHash } from './receipt.ts';

export interface CommandEnvelope {
  actor: Actor;
  /** Made by the sender. The same id with the same content is answered the same, for ever. */
  commandId: string;
  /** Pins the version of the command's stream that the sender saw; without it conflicts are retried. */
  expectedVersion?: number;
  traceparent?: string | null;
  correlationId?: string;
  causationPosition?: number | null;
}

const attempts = 3;
/** Commands decided in one transaction; more wait for the next one. */
const largestBatch = 100;

const queues = new WeakMap<Hub, Gather<QueuedCommand, CommandAnswer>>();

/**
 * Handles one command: checks the sender's permission in the database, looks for the receipt, folds, decides, appends
 * and runs inline projections, all in one transaction, which it shares with whatever other commands come meanwhile.
 * @throws Rejection with the reason; nothing is written then
 */
export function execute(hub: Hub, command: Command, envelope: CommandEnvelope): Promise<CommandAnswer> {
  const { traceparent } = envelope;
  return withSpan(
    `command ${command.type}`,
    { 'command.type': command.type, 'command.id': envelope.commandId },
    async () => queueOf(hub).submit(queuedCommand(command, envelope)),
    { traceparent },
  );
}

function queueOf(hub: Hub): Gather<QueuedCommand, CommandAnswer> {
  const known = queues.get(hub);
  if (known) return known;
  const made = new Gather((commands: QueuedCommand[]) => runBatch(hub, commands), largestBatch);
  queues.set(hub, made);
  return made;
}

function queuedCommand(sent: Command, envelope: CommandEnvelope): QueuedCommand {
  const { actor, commandId, expectedVersion: pinnedVersion = null } = envelope;
  const command = parseCommand(sent, commandId);
  const key = { actor: actorKey(actor), commandId, requestHash: requestHash(command, pinnedVersion) };
  return { command, actor, pinnedVersion, meta: metaOf(envelope), key };
}

/** Copies of one command are answered one after the other: the later ones find the receipt of the first. */
async function runBatch(hub: Hub, commands: QueuedCommand[]): Promise<Settled<CommandAnswer>[]> {
  const outcomes = new Map<QueuedCommand, Settled<CommandAnswer>>();
  for (let left = commands; left.length > 0; ) {
    const first = new Map([...left].reverse().map((queued) => [receiptId(queued.key), queued]));
    const turn = left.filter((queued) => first.get(receiptId(queued.key)) === queued);
    const settled = await runTogether(hub, turn);
    for (const [i, queued] of turn.entries()) outcomes.set(queued, settled[i]);
    left = left.filter((queued) => !outcomes.has(queued));
  }
  return commands.map((queued) => outcomes.get(queued)!);
}

/** Tries all in one transaction; those that met another writer, or all if the transaction failed, go one by one. */
async function runTogether(hub: Hub, commands: QueuedCommand[]): Promise<Settled<CommandAnswer>[]> {
  if (commands.length === 1) return [await runAlone(hub, commands[0])];
  const { decisions, error, shared } = await attempt(hub, commands);
  if (shared) return commands.map(() => ({ error }));
  const settled: Settled<CommandAnswer>[] = [];
  for (const [i, queued] of commands.entries()) {
    const decision = decisions?.[i];
    settled.push(!decision || 'again' in decision ? await runAlone(hub, queued) : decision);
  }
  return settled;
}

/** Conflicts with other processes are decided anew, unless the sender pinned the version it saw. */
async function runAlone(hub: Hub, queued: QueuedCommand): Promise<Settled<CommandAnswer>> {
  for (let attempted = 1; ; attempted++) {
    const { decisions, error } = await attempt(hub, [queued]);
    const decision = decisions?.[0] ?? { error };
    const lost = 'again' in decision ? decision.again : 'error' in decision ? decision.error : null;
    const conflict = lost instanceof WrongVersion;
    if (!conflict && !isSerializationFailure(lost)) return decision as Settled<CommandAnswer>;
    if (conflict && (attempted === attempts || queued.pinnedVersion !== null))
      return { error: lost.rejection() };
    if (attempted === attempts) return { error: new Rejection('hub.busy', { seconds: 1 }) };
    await pause(randomInt(5, 20) * attempted);
  }
}

interface Attempt {
  decisions?: Decision[];
  error?: unknown;
  /** The log is busy or the connection is gone: no single command is to blame. */
  shared?: boolean;
}

async function attempt(hub: Hub, commands: QueuedCommand[]): Promise<Attempt> {
  let writing = false;
  try {
    const decisions = await inAppendTransaction(hub.sql, (tx) =>
      decideTogether(tx, hub, commands, () => {
        writing = true;
      }),
    );
    return { decisions };
  } catch (error) {
    if (error instanceof NothingHappened) {
      return { decisions: error.decisions((await logHead(hub.sql)).position) };
    }
    return { error, shared: endsConnection(error) || (writing && error instanceof Rejection) };
  }
}
function metaOf({
  actor,
  commandId,
  correlationId,
  causationPosition,
  traceparent,
}: CommandEnvelope): EventMeta {
  return {
    actor: actorKey(actor),
    commandId,
    correlationId: correlationId ?? commandId,
    causationPosition: causationPosition ?? null,
    traceparent: currentTraceparent() ?? traceparent ?? null,
  };
}

/** 40001 and 40P01; or another process files the same receipt at this moment. */
function isSerializationFailure(error: unknown): boolean {
  if (['40001', '40P01'].includes(sqlState(error) ?? '')) return true;
  return error instanceof postgres.PostgresError && error.constraint_name === 'command_receipt_pkey';
}
