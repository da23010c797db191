import type { JobEvent, Verification } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { fold } from '../command/aggregate.ts';
import { given } from '../testing/given.ts';
import { artifactDraft, drafted, jobDraft } from '../testing/samples.ts';
import { difference } from './compare-results.ts';
import * as decide from './decide.ts';
import { type JobState, job } from './job.ts';
import { report } from './report.ts';
import * as supervise from './supervise.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [jobId, boss, ann, ben, cid] = [1, 2, 3, 4, 5].map(id);
const outputs = (sha256 = 'a'.repeat(64), stats: Record<string, number> = {}) => [
  { ...artifactDraft('documents', sha256), stats },
];
const result = (personId: string, epoch: number, made = outputs()) => ({
  ...{ epoch, personId, codeCommit: 'abc', outputs: made },
});
const begin = (change: Parameters<typeof jobDraft>[0]): JobEvent[] => [
  { type: 'JobDrafted', data: drafted(jobDraft({ jobId, maxEpochs: 2, ...change })) },
  { type: 'JobQueued', data: { jobId } },
];
const leased = (epoch: number, personId: string): JobEvent => ({
  type: 'JobLeased',
  data: { jobId, epoch, tokenId: id(9), personId, node: 'n', expiresAt: '2026-11-22T00:01:30.000Z' },
});
const reported = (personId: string, epoch: number, made = outputs()): JobEvent => ({
  type: 'JobResultReported',
  data: { jobId, ...result(personId, epoch, made) },
});
const twice: Verification = { method: 're-execution' };

describe('the start check', () => {
  const waiting = begin({ startCheck: true }).slice(0, 1);
  test('may be refused, and then the job does not start', () => {
    given(job, ...waiting)
      .when((state) => supervise.refuseStart(state, boss, { jobId, reason: '64 nodes?' }))
      .gives({ type: 'JobStartRefused', data: { jobId, supervisorId: boss, reason: '64 nodes?' } });
    const refused: JobEvent = {
      type: 'JobStartRefused',
      data: { jobId, supervisorId: boss, reason: 'x' },
    };
    given(job, ...waiting, refused)
      .when((state) => supervise.approveStart(state, boss, { jobId }))
      .isRefused('job.not-awaiting-start', { state: 'cancelled' });
  });
});

describe('a result under re-execution', () => {
  const first = [...begin({ verification: twice }), leased(1, ann)];
  const wanted = (results: number, ...differences: string[]): JobEvent => ({
    type: 'JobReplicaWanted',
    data: { jobId, results, differences },
  });
  const second = [...first, reported(ann, 1), wanted(1), leased(2, ben)];

  test('waits for another owner to come to the same', () => {
    const { accepted, events } = report(fold(job, first), jobId, result(ann, 1));
    expect(accepted).toBeNull();
    expect(events).toEqual([reported(ann, 1), wanted(1)]);
  });

  test('counts when two agree byte for byte', () => {
    const { accepted, events } = report(fold(job, second), jobId, result(ben, 2));
    expect(accepted).toMatchObject({ personId: ben });
    expect(events).toEqual([reported(ben, 2)]);
  });

  test('asks a third where two differ, takes the two that agree, and gives up when none do', () => {
    const other = outputs('b'.repeat(64));
    const path = 'documents/data/part-0.jsonl.gz';
    const { events } = report(fold(job, second), jobId, result(ben, 2, other));
    expect(events.at(-1)).toEqual(wanted(2, path));
    const third = [...second, reported(ben, 2, other), wanted(2, path), leased(3, cid)];
    expect(report(fold(job, third), jobId, result(cid, 3)).accepted).toMatchObject({ personId: cid });
    const lost = report(fold(job, third), jobId, result(cid, 3, outputs('c'.repeat(64))));
    expect(lost.accepted).toBeNull();
    expect(lost.events.at(-1)).toMatchObject({
      type: 'JobFailed',
      data: { rejection: { code: 'job.not-reproducible', params: { results: 3 } }, requeued: false },
    });
  });

  test('uses up no lease: only those that brought nothing count', () => {
    const third = [...second, reported(ben, 2, outputs('b'.repeat(64))), wanted(2, 'x'), leased(3, cid)];
    const over = (state: JobState) => decide.expireLease(state, { jobId, epoch: 3 }, { timeIsOver: true });
    given(job, ...third)
      .when(over)
      .gives({ type: 'LeaseExpired', data: { jobId, epoch: 3, requeued: true } });
  });
});

test('results agree within tolerance of their measures, whatever their bytes; a missing measure never agrees', () => {
  const verification: Verification = { method: 'tolerance', measures: { loss: 0.01 } };
  const [a, b] = [outputs('a'.repeat(64), { loss: 2 }), outputs('b'.repeat(64), { loss: 2.019 })];
  expect(difference(a, b, verification)).toBeNull();
  expect(difference(a, outputs('a'.repeat(64), { loss: 2.1 }), verification)).toBe('loss');
  expect(difference(a, outputs('a'.repeat(64)), verification)).toBe('loss');
  expect(difference(a, outputs('a'.repeat(64), { loss: Number.NaN }), verification)).toBe('loss');
  expect(difference(a, b, twice)).toBe('documents/data/part-0.jsonl.gz');
});

describe('the end check', () => {
  const held = [...begin({ endCheck: true }), leased(1, ann)];
  const wanted: JobEvent = { type: 'JobEndCheckWanted', data: { jobId, epoch: 1 } };
  const waiting = [...held, reported(ann, 1), wanted];

  test('keeps a result from counting until a supervisor has looked', () => {
    expect(report(fold(job, held), jobId, result(ann, 1))).toEqual({
      accepted: null,
      events: [reported(ann, 1), wanted],
    });
    given(job, ...waiting)
      .when((state) => supervise.approveEnd(state, boss, jobId))
      .gives({ type: 'JobEndApproved', data: { jobId, supervisorId: boss } });
    given(job, ...held)
      .when((state) => supervise.approveEnd(state, boss, jobId))
      .isRefused('job.not-awaiting-end', { state: 'leased' });
  });

  test('may send the job back while it has leases, and fails it then', () => {
    const sentBack: JobEvent = {
      type: 'JobSentBack',
      data: { jobId, supervisorId: boss, reason: 'no evaluation' },
    };
    const sendBack = (state: JobState) => supervise.sendBack(state, boss, { jobId, reason: 'no evaluation' });
    given(job, ...waiting)
      .when(sendBack)
      .gives(sentBack);
    const again = [...waiting, sentBack, leased(2, ben), reported(ben, 2), wanted];
    given(job, ...again)
      .when(sendBack)
      .gives(sentBack, {
        type: 'JobFailed',
        data: {
          ...{ jobId, epoch: 2, requeued: false },
          rejection: { code: 'job.sent-back', params: { reason: 'no evaluation' } },
        },
      });
  });
});

describe('cancelling and trying again', () => {
  const cancel = (state: JobState) => decide.cancel(state, boss, { jobId, reason: 'x' });
  const cancelled: JobEvent = { type: 'JobCancelled', data: { jobId, personId: boss, reason: 'x' } };
  const retry =
    (closedRun: string | null = null) =>
    (state: JobState) =>
      decide.retry(state, boss, { jobId, moreEpochs: 2 }, { closedRun });
  const retried: JobEvent = { type: 'JobRetried', data: { jobId, personId: boss, moreEpochs: 2 } };
  const queued: JobEvent = { type: 'JobQueued', data: { jobId } };

  test('a job is cancelled at any time before its end, also under a lease', () => {
    given(job, ...begin({}))
      .when(cancel)
      .gives(cancelled);
    given(job, ...begin({}), leased(1, ann))
      .when(cancel)
      .gives(cancelled);
    given(job, ...begin({}), cancelled)
      .when(cancel)
      .isRefused('job.over', { state: 'cancelled' });
  });

  test('it is tried again after that, with room for more leases, unless its run is over', () => {
    given(job, ...begin({}), cancelled)
      .when(retry())
      .gives(retried, queued);
    given(job, ...begin({}))
      .when(retry())
      .isRefused('job.not-retryable', { state: 'queued' });
    given(job, ...begin({}), cancelled)
      .when(retry('failed'))
      .isRefused('run.not-open', { state: 'failed' });
    expect(fold(job, [...begin({}), cancelled, retried, queued])).toMatchObject({
      phase: 'queued',
      maxEpochs: 4,
    });
  });

  test('a start check that nobody gave is still owed', () => {
    const waiting = begin({ startCheck: true }).slice(0, 1);
    given(job, ...waiting, cancelled)
      .when(retry())
      .gives(retried);
  });
});
