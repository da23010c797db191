import { z } from 'zod';
import { CreditEvidence, CreditRule } from '../credit.ts';
import { CreditId, GroupId, PersonId } from '../ids.ts';
import { type EventOf, event } from './define.ts';

/** A ledger: entries are added and reversed, and no total is kept anywhere. */
export const creditEvents = [
  event('credit', 'CreditGranted', 1, {
    /** Follows from rule, person and evidence, so that the same work is never credited twice. */
    creditId: CreditId,
    personId: PersonId,
    groupId: GroupId.nullable(),
    rule: CreditRule,
    evidence: CreditEvidence.nullable(),
    /** In the words of a lead, for work that left no trace in the hub; else empty. */
    statement: z.string(),
  }),
  event('credit', 'CreditReversed', 1, {
    creditId: CreditId,
    personId: PersonId.nullable(),
    reason: z.string(),
  }),
] as const;
export type CreditEvent = EventOf<typeof creditEvents>;
