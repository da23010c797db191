import type { JobEvent, JobKind } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { given } from '../testing/given.ts';
import { artifactDraft, drafted as draftedJob, jobDraft, sampleHash } from '../testing/samples.ts';
import * as decide from './decide.ts';
import { job } from './job.ts';
import { complete } from './report.ts';
import * as supervise from './supervise.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [jobId, tokenId, personId] = [id(1), id(2), id(3)];
const data = jobDraft({ jobId, maxEpochs: 2 });
const drafted: JobEvent = { type: 'JobDrafted', data: draftedJob(data) };
const queued: JobEvent = { type: 'JobQueued', data: { jobId } };
const expiresAt = new Date('2026-11-22T00:01:30.000Z');
const holder = { tokenId, personId, node: 'n1', expiresAt };
const leased = (epoch: number): JobEvent => ({
  type: 'JobLeased',
  data: { jobId, epoch, tokenId, personId, node: 'n1', expiresAt: '2026-11-22T00:01:30.000Z' },
});
const expired = (epoch: number, requeued: boolean): JobEvent => ({
  type: 'LeaseExpired',
  data: { jobId, epoch, requeued },
});
const rejection = { code: 'worker.crashed' as const, params: { traceId: 'ab' } };
const failed = (epoch: number, requeued: boolean): JobEvent => ({
  type: 'JobFailed',
  data: { jobId, epoch, rejection, requeued },
});
const none = new Set<string>();

describe('drafting', () => {
  test('queues the job at once', () => {
    given(job)
      .when((state) => decide.draft(state, data, none))
      .gives(drafted, queued);
  });

  test('leaves a job with a start check to a supervisor', () => {
    const checked = { ...data, startCheck: true };
    const waiting: JobEvent = { type: 'JobDrafted', data: draftedJob(checked) };
    const approved: JobEvent = { type: 'JobStartApproved', data: { jobId, supervisorId: personId } };
    given(job)
      .when((state) => decide.draft(state, checked, none))
      .gives(waiting);
    given(job, waiting)
      .when((state) => supervise.approveStart(state, personId, { jobId }))
      .gives(approved, queued);
    given(job, waiting, approved, queued)
      .when((state) => supervise.approveStart(state, personId, { jobId }))
      .isRefused('job.not-awaiting-start', { state: 'queued' });
    given(job)
      .when((state) => supervise.approveStart(state, personId, { jobId }))
      .isRefused('job.unknown', { jobId });
  });

  test('is refused over artifacts that do not exist, and twice', () => {
    const artifactId = `art_${'0'.repeat(32)}`;
    given(job)
      .when((state) => decide.draft(state, { ...data, inputs: [artifactId] }, none))
      .isRefused('artifact.unknown', { artifactId });
    given(job, drafted, queued)
      .when((state) => decide.draft(state, data, none))
      .isRefused('stream.exists');
  });
});

describe('leasing', () => {
  const lease = (state: typeof job.initial) => decide.lease(state, jobId, holder);

  test('begins the next epoch', () => {
    given(job, drafted, queued).when(lease).gives(leased(1));
    given(job, drafted, queued, leased(1), expired(1, true)).when(lease).gives(leased(2));
  });

  test('is refused unless the job is queued', () => {
    given(job, drafted).when(lease).isRefused('job.not-queued', { state: 'awaiting-start' });
    given(job, drafted, queued, leased(1)).when(lease).isRefused('job.not-queued', { state: 'leased' });
    given(job).when(lease).isRefused('job.unknown', { jobId });
  });

  test('that ran out queues the job again while it has epochs left, then fails it', () => {
    const over = (epoch: number) => (state: typeof job.initial) =>
      decide.expireLease(state, { jobId, epoch }, { timeIsOver: true });
    given(job, drafted, queued, leased(1)).when(over(1)).gives(expired(1, true));
    given(job, drafted, queued, leased(1), expired(1, true), leased(2))
      .when(over(2))
      .gives(expired(2, false), {
        type: 'JobFailed',
        data: {
          jobId,
          epoch: 2,
          rejection: { code: 'job.leases-exhausted', params: { epochs: 2 } },
          requeued: false,
        },
      });
  });

  test('is not ended by a reaper that comes too early, too late, or for an earlier epoch', () => {
    const end = (epoch: number, timeIsOver: boolean) => (state: typeof job.initial) =>
      decide.expireLease(state, { jobId, epoch }, { timeIsOver });
    given(job, drafted, queued, leased(1)).when(end(1, false)).changesNothing();
    given(job, drafted, queued, leased(1), expired(1, true)).when(end(1, true)).changesNothing();
    given(job, drafted, queued, leased(1), expired(1, true), leased(2)).when(end(1, true)).changesNothing();
  });
});

describe('working', () => {
  const point = { jobId, epoch: 1, step: 50, sha256: sampleHash, size: 10 };
  const checkpointed: JobEvent = { type: 'JobCheckpointed', data: point };
  const stored = new Map([[sampleHash, 10]]);
  const checkpoint = (objects: Map<string, number>) => (state: typeof job.initial) =>
    decide.checkpoint(state, point, objects);

  test('a checkpoint is noted once, when its bytes are in the store', () => {
    given(job, drafted, queued, leased(1)).when(checkpoint(stored)).gives(checkpointed);
    given(job, drafted, queued, leased(1), checkpointed).when(checkpoint(stored)).changesNothing();
    given(job, drafted, queued, leased(1))
      .when(checkpoint(new Map()))
      .isRefused('object.missing', { sha256: sampleHash });
    given(job, drafted, queued, leased(1))
      .when(checkpoint(new Map([[sampleHash, 11]])))
      .isRefused('object.missing');
  });

  test('a failure that may pass goes back to the queue while the job has epochs left', () => {
    const fail = (epoch: number, retryable: boolean) => (state: typeof job.initial) =>
      decide.fail(state, { jobId, epoch, rejection, retryable });
    const first = [drafted, queued, leased(1)];
    given(job, ...first)
      .when(fail(1, true))
      .gives(failed(1, true));
    given(job, ...first)
      .when(fail(1, false))
      .gives(failed(1, false));
    given(job, ...first, failed(1, true), leased(2))
      .when(fail(2, true))
      .gives(failed(2, false));
  });

  test('completing verifies the job by hash', () => {
    const artifactIds = [`art_${'0'.repeat(32)}`];
    given(job, drafted, queued, leased(1))
      .when((state) =>
        complete(state, jobId, { epoch: 1, personId, codeCommit: 'abc', outputs: [] }, artifactIds),
      )
      .gives(
        { type: 'JobCompleted', data: { jobId, epoch: 1, artifactIds } },
        { type: 'JobVerified', data: { jobId, method: 'hash' } },
      );
  });

  test.each([
    ['ingest', 'documents'],
    ['filter', 'filtered-documents'],
    ['dedup-sign', 'signatures'],
    ['dedup-group', 'duplicates'],
    ['dedup-apply', 'filtered-documents'],
    ['dedup', 'corpus'],
    ['tokenizer', 'tokenizer'],
    ['shards', 'token-shards'],
    ['pretrain', 'model'],
    ['evaluate', 'evaluation'],
  ] as const)(
    'a job "%s" must hand in an artifact of kind "%s", with files that are stored',
    (kind, expected) => {
      const ofKind = { ...drafted.data, kind: kind as JobKind } as Parameters<
        typeof decide.requireOutputs
      >[0];
      const handIn = (output: typeof expected, objects = stored) =>
        decide.requireOutputs(ofKind, [artifactDraft(output)], objects);
      handIn(expected);
      expect(() => handIn(expected === 'model' ? 'corpus' : 'model')).toThrow(/job.output-missing/);
      expect(() => handIn(expected, new Map())).toThrow(/object.missing/);
    },
  );
});
