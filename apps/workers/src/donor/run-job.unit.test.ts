import { TRPCClientError } from '@trpc/client';
import { Rejection } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import { HubUnreachable, rejectionOf } from './hub-client.ts';
import { LeaseLost } from './lease-keeper.ts';
import { failureOf } from './run-job.ts';
import { StageCrashed } from './run-stage.ts';

const live = { stopped: false, node: 'node-1', traceId: 'abc' };

test('what a stage refuses fails the job for good, with its reason', () => {
  expect(failureOf(new Rejection('corpus.empty', { stage: 'filter' }), live)).toEqual({
    outcome: 'failed',
    rejection: { code: 'corpus.empty', params: { stage: 'filter' } },
    retryable: false,
  });
});

test('a crash and a hub that cannot be reached may be tried again, and name the trace', () => {
  for (const error of [new StageCrashed('segmentation fault'), new HubUnreachable('no route')]) {
    expect(failureOf(error, live)).toMatchObject({
      outcome: 'failed',
      rejection: { code: 'worker.crashed', params: { traceId: 'abc' } },
      retryable: true,
    });
  }
});

test('a stopped worker gives its job back', () => {
  expect(failureOf(new Error('aborted'), { ...live, stopped: true })).toMatchObject({
    outcome: 'given-back',
    rejection: { code: 'worker.stopped', params: { node: 'node-1' } },
    retryable: true,
  });
});

test('a worker whose lease is over says nothing more about the job', () => {
  const stale = new Rejection('lease.stale-epoch', { epoch: 1, current: 2 });
  expect(failureOf(stale, live)).toEqual({ outcome: 'lost' });
  expect(failureOf(new LeaseLost('over'), { ...live, stopped: true })).toEqual({ outcome: 'lost' });
});

test('a refusal of the hub is read from its answer, anything else is none', () => {
  const params = { epoch: 1, current: 2 };
  const refused = new TRPCClientError('stale', {
    result: {
      error: {
        message: 'stale',
        code: -32603,
        data: { rejection: { code: 'lease.stale-epoch', params, text: '...' } },
      },
    },
  });
  expect(rejectionOf(refused)).toMatchObject({ code: 'lease.stale-epoch', params });
  expect(rejectionOf(new TRPCClientError('fetch failed'))).toBeNull();
  expect(rejectionOf(new Error('anything'))).toBeNull();
});
