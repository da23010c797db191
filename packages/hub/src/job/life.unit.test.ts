import { type JobEvent, Rejection } from '@tsudoi/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../command/aggregate.ts';
import { jobDraft } from '../testing/samples.ts';
import * as decide from './decide.ts';
import { type JobState, job } from './job.ts';
import { complete } from './report.ts';
import { approveStart } from './supervise.ts';

const jobId = '018f0000-0000-7000-8000-000000000001';
const holder = { tokenId: jobId, personId: jobId, node: 'n', expiresAt: new Date(0) };
const rejection = { code: 'worker.crashed' as const, params: { traceId: '-' } };

/** What may happen to a job; the holder of the live lease always passes the fence. */
const steps: Record<string, (state: JobState) => JobEvent[]> = {
  claim: (state) => decide.lease(state, jobId, holder),
  approve: (state) => approveStart(state, jobId, { jobId }),
  expire: (state) => decide.expireLease(state, { jobId, epoch: state.epoch }, { timeIsOver: true }),
  fail: (state) =>
    ifLeased(state, () => decide.fail(state, { jobId, epoch: state.epoch, rejection, retryable: true })),
  giveUp: (state) =>
    ifLeased(state, () => decide.fail(state, { jobId, epoch: state.epoch, rejection, retryable: false })),
  complete: (state) =>
    ifLeased(state, () =>
      complete(state, jobId, { epoch: state.epoch, personId: jobId, codeCommit: '', outputs: [] }, []),
    ),
};
const ifLeased = (state: JobState, act: () => JobEvent[]) => (state.phase === 'leased' ? act() : []);

test('whatever happens to a job: epochs count up by one, never beyond the limit, and it ends at most once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      (names, maxEpochs, startCheck) => {
        const history = decide.draft(job.initial, jobDraft({ jobId, maxEpochs, startCheck }), new Set());
        for (const name of names) {
          try {
            history.push(...steps[name](fold(job, history)));
          } catch (error) {
            if (!(error instanceof Rejection)) throw error; // refused: nothing happens
          }
        }
        const epochs = history.flatMap((event) => (event.type === 'JobLeased' ? [event.data.epoch] : []));
        expect(epochs).toEqual(epochs.map((_, i) => i + 1));
        expect(epochs.length).toBeLessThanOrEqual(maxEpochs);
        const isEnd = (event: JobEvent) =>
          event.type === 'JobCompleted' || (event.type === 'JobFailed' && !event.data.requeued);
        expect(history.filter(isEnd).length).toBeLessThanOrEqual(1);
        const last = fold(job, history).phase;
        expect(history.some(isEnd)).toBe(last === 'done' || last === 'failed');
      },
    ),
  );
});
