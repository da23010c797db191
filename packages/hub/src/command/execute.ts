import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, commandDefinition, type EventMeta, Rejection } from '@tsudoi/schema';
import { type Actor, actorKey } from '../access/actor.ts';
import { checkSender } from '../access/permissions.ts';
import type { Hub } from '../hub.ts';
import { appendToLog } from '../log/append.ts';
import { inAppendTransaction } from '../log/append-transaction.ts';
import { sqlState, type Transaction } from '../log/connection.ts';
import { WrongVersion } from '../log/expected-version.ts';
import { logHead } from '../log/read-log.ts';
import { currentTraceparent } from '../telemetry/traceparent.ts';
import { withSpan } from '../telemetry/with-span.ts';
import type { CommandContext } from './handler.ts';
import { handle } from './handlers.ts';
import { parseCommand } from './parse-command.ts';
import { projectInline } from './project-inline.ts';
import { type CommandAnswer, claimReceipt, fillReceipt, type ReceiptKey, requestHash } from './receipt.ts';

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

/**
 * Handles one command: checks the sender's permission in the database, claims the receipt, folds, decides, appends and
 * runs inline projections, all in one transaction.
 * @throws Rejection with the reason; nothing is written then
 */
export function execute(hub: Hub, command: Command, envelope: CommandEnvelope): Promise<CommandAnswer> {
  const { traceparent } = envelope;
  return withSpan(
    `command ${command.type}`,
    { 'command.type': command.type, 'command.id': envelope.commandId },
    () => retryConflicts(hub, parseCommand(command, envelope.commandId), envelope),
    { traceparent },
  );
}

async function retryConflicts(hub: Hub, command: Command, envelope: CommandEnvelope): Promise<CommandAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inAppendTransaction(hub.sql, (tx) => handleInTransaction(tx, hub, command, envelope));
    } catch (error) {
      if (error instanceof NothingHappened) {
        return { position: (await logHead(hub.sql)).position, result: error.result };
      }
      const final = attempt === attempts || envelope.expectedVersion !== undefined;
      if (error instanceof WrongVersion && final) throw error.rejection();
      if (isSerializationFailure(error) && attempt === attempts)
        throw new Rejection('hub.busy', { seconds: 1 });
      if (!(error instanceof WrongVersion || isSerializationFailure(error))) throw error;
      await pause(randomInt(5, 20) * attempt);
    }
  }
}

async function handleInTransaction(
  tx: Transaction,
  hub: Hub,
  command: Command,
  envelope: CommandEnvelope,
): Promise<CommandAnswer> {
  const { actor, commandId } = envelope;
  const pinnedVersion = envelope.expectedVersion ?? null;
  const key: ReceiptKey = {
    actor: actorKey(actor),
    commandId,
    requestHash: requestHash(command, pinnedVersion),
  };
  await checkSender(tx, actor, commandDefinition(command.type).by);
  const [answeredBefore, now] = await Promise.all([claimReceipt(tx, key), databaseClock(tx)]);
  if (answeredBefore) return answeredBefore;
  const { leaseSeconds, reviewQuorum } = hub;
  const context: CommandContext = { tx, actor, now, leaseSeconds, reviewQuorum, pinnedVersion };
  const { appends, result, keptResult = result } = await handle(context, command);
  if (appends.length === 0) throw new NothingHappened(result);
  const position = await appendToLog(tx, appends, metaOf(envelope), (events) => projectInline(tx, events));
  await fillReceipt(tx, key, position, keptResult);
  return { position, result };
}

/** Ends the transaction with a roll-back (no flush to disk) when a command has nothing to append. */
class NothingHappened extends Error {
  readonly result: unknown;
  constructor(result: unknown) {
    super('nothing to append');
    this.result = result;
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

async function databaseClock(tx: Transaction): Promise<Date> {
  const [{ now }] = await tx<{ now: Date }[]>`select date_trunc('milliseconds', clock_timestamp()) as now`;
  return now;
}

function isSerializationFailure(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error) ?? '');
}
