import { type DomainEvent, Rejection, type RejectionCode, type RejectionParams } from '@tsudoi/schema';
import { expect } from 'vitest';
import { type Aggregate, fold } from '../command/aggregate.ts';

/**
 * given events, when a decision is made, it `gives` events, `changesNothing`, or `isRefused`. The events given are also
 * folded over the history, so that a decision whose outcome the aggregate cannot read back fails here.
 */
export function given<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  ...history: NoInfer<Event>[]
) {
  const state = fold(aggregate, history);
  return {
    when(decide: (state: State) => Event[]) {
      return {
        gives(...events: NoInfer<Event>[]) {
          const decided = decide(state);
          expect(decided).toEqual(events);
          fold(aggregate, [...history, ...decided]);
        },
        changesNothing() {
          expect(decide(state)).toEqual([]);
        },
        isRefused(code: RejectionCode, params?: RejectionParams) {
          expect(() => decide(state)).toThrow(Rejection);
          expect(refusalOf(() => decide(state))).toMatchObject(params ? { code, params } : { code });
        },
      };
    },
  };
}

function refusalOf(decide: () => unknown): Rejection | null {
  try {
    decide();
  } catch (error) {
    if (error instanceof Rejection) return error;
  }
  return null;
}
