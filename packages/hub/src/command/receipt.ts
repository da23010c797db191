import { hash } from 'node:crypto';
import { type Command, canonicalJson, Rejection } from '@tsudoi/schema';

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

/** What was filed with the events of a command. */
export interface Receipt extends CommandAnswer {
  requestHash: Buffer;
}

export function requestHash(command: Command, pinnedVersion: number | null): Buffer {
  return hash('sha256', canonicalJson({ ...command, pinnedVersion }), 'buffer');
}

/**
 * The answer that the same command got before.
 * @throws Rejection `command.id-reused` when another command came under this id
 */
export function answerAgain(kept: Receipt, key: ReceiptKey): CommandAnswer {
  if (!kept.requestHash.equals(key.requestHash)) {
    throw new Rejection('command.id-reused', { commandId: key.commandId });
  }
  return { position: kept.position, result: kept.result };
}
