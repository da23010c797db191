import { type CommandData, type CreditEvent, Rejection } from '@tsudoi/schema';
import type { CreditState } from './credit.ts';

/** Granting the same entry twice is no fault, and a reversed entry stays reversed. */
export function grant(state: CreditState, data: CommandData<'credit.grant'>): CreditEvent[] {
  return state.phase ? [] : [{ type: 'CreditGranted', data: { ...data, statement: '' } }];
}

/** Work that left no trace in the hub, stated by a lead about somebody else. */
export function state(
  current: CreditState,
  statedBy: string | null,
  data: CommandData<'credit.state'>,
): CreditEvent[] {
  if (current.phase) throw new Rejection('stream.exists', { stream: `credit ${data.creditId}` });
  if (data.personId === statedBy) throw new Rejection('credit.own-statement');
  return [{ type: 'CreditGranted', data: { ...data, rule: 'statement', evidence: null } }];
}

/** Nothing is taken away silently: a reversal is an entry with a reason. */
export function reverse(
  current: CreditState,
  personId: string | null,
  { creditId, reason }: CommandData<'credit.reverse'>,
): CreditEvent[] {
  if (!current.phase) throw new Rejection('credit.unknown', { creditId });
  if (current.phase === 'reversed') throw new Rejection('credit.reversed-already');
  return [{ type: 'CreditReversed', data: { creditId, personId, reason } }];
}
