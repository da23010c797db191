import { createHash } from 'node:crypto';
import { type Command, canonicalJson, Rejection } from '@tsudoi/schema';
import type { Transaction } from '../log/connection.ts';

/** Identifies one command for ever: (actor, command id) -> hash of what was asked. */
export interface ReceiptKey {
  actor: string;
  commandId: string;
  requestHash: Buffer;
}

export interface CommandAnswer {
  /** Of the last event the command appended, now or when it was first sent. */
  position: number;
  result: unknown;
}

export function requestHash(command: Command, pinnedVersion: number | null): Buffer {
  return createHash('sha256')
    .update(canonicalJson({ ...command, pinnedVersion }))
    .digest();
}

/**
 * Claims the receipt, or returns the answer that the same command got before. A concurrent claim of the same id waits
 * here until the first one commits or rolls back. A command that is refused or appends nothing rolls its receipt back,
 * so it may be sent again under the same id, corrected or not.
 * @throws Rejection `command.id-reused`
 */
export async function claimReceipt(tx: Transaction, key: ReceiptKey): Promise<CommandAnswer | null> {
  const claimed = await tx`
    insert into command_receipt (actor, command_id, request_hash)
    values (${key.actor}, ${key.commandId}, ${key.requestHash}) on conflict do nothing returning command_id`;
  if (claimed.length === 1) return null;
  const [kept] = await tx<{ requestHash: Buffer; position: number; result: unknown }[]>`
    select request_hash as "requestHash", position, result from command_receipt
    where actor = ${key.actor} and command_id = ${key.commandId}`;
  if (!kept.requestHash.equals(key.requestHash)) {
    throw new Rejection('command.id-reused', { commandId: key.commandId });
  }
  return { position: kept.position, result: kept.result };
}

export async function fillReceipt(tx: Transaction, key: ReceiptKey, position: number, result: unknown) {
  await tx`
    update command_receipt set position = ${position}, result = ${JSON.stringify(result ?? null)}::text::jsonb
    where actor = ${key.actor} and command_id = ${key.commandId}`;
}
