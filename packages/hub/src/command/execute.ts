import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, type EventMeta, Rejection } from '@tsudoi/schema';
import postgres from 'postgres';
import { type Actor, actorKey } from '../access/actor.ts';
import type { Hub } from '../hub.ts';
import { endsConnection, sqlState } from '../log/connection.ts';
import { WrongVersion } from '../log/expected-version.ts';
import { logHead } from '../log/read-log.ts';
import { currentTraceparent } from '../telemetry/traceparent.ts';
import { withSpan } from '../telemetry/with-span.ts';
import { type Decision, decideTogether, NothingHappened, type QueuedCommand } from './decide-together.ts';
import { Front, type Intent } from './front.ts';
import { Gather, type Settled, type Turn } from './gather.ts';
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

type CommandQueue = Gather<QueuedCommand, CommandAnswer, Intent>;
const queues = new WeakMap<Hub, CommandQueue>();

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

function queueOf(hub: Hub): CommandQueue {
  const known = queues.get(hub);
  if (known) return known;
  const made: CommandQueue = new Gather((commands, turn) => runBatch(hub, commands, turn), largestBatch);
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
async function runBatch(
  hub: Hub,
  commands: QueuedCommand[],
  turn: Turn<Intent>,
): Promise<Settled<CommandAnswer>[]> {
  const outcomes = new Map<QueuedCommand, Settled<CommandAnswer>>();
  let place: Turn<Intent> | null = turn;
  for (let left = commands; left.length > 0; ) {
    const first = new Map([...left].reverse().map((queued) => [receiptId(queued.key), queued]));
    const together = left.filter((queued) => first.get(receiptId(queued.key)) === queued);
    const settled = await runTogether(hub, together, place);
    place = null;
    for (const [i, queued] of together.entries()) outcomes.set(queued, settled[i]);
    left = left.filter((queued) => !outcomes.has(queued));
  }
  return commands.map((queued) => outcomes.get(queued)!);
}

/** Tries all in one transaction; those that met another writer, or all if the transaction failed, go one by one. */
async function runTogether(
  hub: Hub,
  commands: QueuedCommand[],
  turn: Turn<Intent> | null,
): Promise<Settled<CommandAnswer>[]> {
  if (commands.length === 1) return [await runAlone(hub, commands[0], turn)];
  const { decisions, error, shared } = await attempt(hub, commands, turn);
  if (shared) return commands.map(() => ({ error }));
  const settled: Settled<CommandAnswer>[] = [];
  for (const [i, queued] of commands.entries()) {
    const decision = decisions?.[i];
    settled.push(!decision || 'again' in decision ? await runAlone(hub, queued, null) : decision);
  }
  return settled;
}

/** Conflicts with other processes are decided anew, unless the sender pinned the version it saw. */
async function runAlone(
  hub: Hub,
  queued: QueuedCommand,
  turn: Turn<Intent> | null,
): Promise<Settled<CommandAnswer>> {
  for (let attempted = 1; ; attempted++) {
    const { decisions, error } = await attempt(hub, [queued], attempted === 1 ? turn : null);
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

async function attempt(hub: Hub, commands: QueuedCommand[], turn: Turn<Intent> | null): Promise<Attempt> {
  let writing = false;
  try {
    const decisions = await hub.appends.transaction((tx, ending) =>
      decideTogether(tx, hub, commands, new Front(turn, ending), () => {
        writing = true;
      }),
    );
    return { decisions };
  } catch (error) {
    if (error instanceof NothingHappened) {
      return { decisions: error.decisions((await logHead(hub.sql)).position) };
    }
    return { error, shared: endsConnection(error) || (writing && error instanceof Rejection) };
  } finally {
    turn?.over();
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
