import { Rejection } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { fence, type LeaseRow } from './require-lease.ts';

const jobId = '018f0000-0000-7000-8000-000000000001';
const tokenId = '018f0000-0000-7000-8000-000000000002';
const now = new Date('2026-11-22T00:00:00Z');
const live: LeaseRow = {
  jobId,
  kind: 'pretrain',
  runId: null,
  state: 'leased',
  epoch: 3,
  tokenId,
  node: 'n1',
  expiresAt: new Date(now.getTime() + 1),
};
const pass = (row: LeaseRow | null, epoch: number, token = tokenId) => {
  try {
    return fence(row, { jobId, epoch, tokenId: token }, now);
  } catch (error) {
    return error instanceof Rejection ? { code: error.code, params: error.params } : error;
  }
};

describe('the fence', () => {
  test('opens for the holder of the live lease', () => {
    expect(pass(live, 3)).toBe(live);
  });
  test('is shut for an older epoch, and says which one is current', () => {
    expect(pass(live, 2)).toEqual({ code: 'lease.stale-epoch', params: { epoch: 2, current: 3 } });
  });
  test('is shut from the very millisecond of expiry, reaped or not', () => {
    const stale = { code: 'lease.stale-epoch', params: { epoch: 3, current: 4 } };
    expect(pass({ ...live, expiresAt: now }, 3)).toEqual(stale);
    expect(pass({ ...live, state: 'queued', tokenId: null, expiresAt: null }, 3)).toEqual(stale);
    expect(pass({ ...live, state: 'done', tokenId: null, expiresAt: null }, 3)).toEqual(stale);
  });
  test('is shut for another token and for an epoch that nobody was given', () => {
    const notHeld = { code: 'lease.not-held', params: { jobId } };
    expect(pass(live, 3, jobId)).toEqual(notHeld);
    expect(pass(live, 4)).toEqual(notHeld);
    expect(pass({ ...live, state: 'queued', tokenId: null, expiresAt: null }, 4)).toEqual(notHeld);
  });
  test('knows no lease of an unknown job', () => {
    expect(pass(null, 1)).toEqual({ code: 'job.unknown', params: { jobId } });
  });
});
