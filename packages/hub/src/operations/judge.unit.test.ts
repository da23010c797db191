import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import type { OperationsReport } from './report.ts';
import { thresholds } from './thresholds.ts';

type Observed = Omit<OperationsReport, 'alarms'>;

const well: Observed = {
  at: '2026-11-22T00:00:00.000Z',
  log: { position: 100, hash: '' },
  followers: [
    { kind: 'projection', name: 'jobs', position: 100, lag: 0, lagSeconds: 0, error: null, retry: null },
  ],
  nats: { reachable: true, lastSequence: 100, bytes: 1, problem: null },
  webhooks: [],
  jobs: { stuck: [], queued: 3, leased: 1, awaitingStart: 0, overdueLeases: 0 },
  storage: {
    ...{ databaseBytes: 1, logBytes: 1, objects: 1, objectBytes: 1 },
    disks: [{ name: 'objects', totalBytes: 100, freeBytes: 50 }],
  },
  backup: { at: '2026-11-21T23:00:00.000Z', ageHours: 1, position: 100, bytes: 1, missing: 0 },
};
const codes = (change: Partial<Observed>) => judge({ ...well, ...change }).map(({ code }) => code);

test('a hub that is well raises no alarm, and a hub without a log asks for no backup', () => {
  expect(judge(well)).toEqual([]);
  expect(codes({ log: { position: 0, hash: '' }, backup: null })).toEqual([]);
});

test('a stopped read model names the event it cannot take and the command that lets it go on', () => {
  const [follower] = well.followers;
  const retry = './tsudoi projections retry jobs';
  const [alarm] = judge({
    ...well,
    followers: [{ ...follower, position: 41, lag: 59, error: 'bad row', retry }],
  });
  expect(alarm).toMatchObject({ code: 'follower-stopped', severity: 'critical', remedy: retry });
  expect(alarm.params).toEqual({ name: 'jobs', position: 42, error: 'bad row' });
});

test('being behind is judged by time, not by count: one old event is worse than a thousand new ones', () => {
  const [follower] = well.followers;
  const late = (lag: number, lagSeconds: number) =>
    judge({ ...well, followers: [{ ...follower, lag, lagSeconds }] });
  expect(late(1000, thresholds.lagSeconds.warning)).toEqual([]);
  expect(late(1, thresholds.lagSeconds.warning + 1)[0]).toMatchObject({
    code: 'follower-late',
    severity: 'warning',
  });
  expect(late(1, thresholds.lagSeconds.critical + 1)[0].severity).toBe('critical');
});

test('each other trouble has an alarm of its own', () => {
  expect(codes({ nats: { reachable: false, problem: 'refused' } })).toEqual(['nats-away']);
  expect(codes({ nats: { reachable: true, lastSequence: 120, bytes: 1, problem: 'ahead' } })).toEqual([
    'nats-diverged',
  ]);
  const hook = {
    webhookId: '',
    url: 'https://x.example/in',
    state: 'live',
    failures: 2,
    lastStatus: 500,
    behind: 4,
  };
  expect(codes({ webhooks: [hook] })).toEqual([]);
  expect(codes({ webhooks: [{ ...hook, failures: 3 }] })).toEqual(['webhook-failing']);
  expect(codes({ webhooks: [{ ...hook, state: 'paused' }] })).toEqual(['webhook-paused']);
  const job = { jobId: 'j', kind: 'pretrain', expired: 3, minutes: 5 };
  for (const [reason, code] of [
    ['expired-often', 'job-expired-often'],
    ['queued-long', 'job-queued-long'],
    ['lease-overdue', 'lease-overdue'],
  ] as const)
    expect(codes({ jobs: { ...well.jobs, stuck: [{ ...job, reason }] } })).toEqual([code]);
  const disk = (freeBytes: number) =>
    judge({
      ...well,
      storage: { ...well.storage, disks: [{ name: 'database', totalBytes: 100, freeBytes }] },
    });
  expect(disk(15)).toEqual([]);
  expect(disk(14)[0]).toMatchObject({ code: 'disk-low', severity: 'warning', params: { percent: 14 } });
  expect(disk(4)[0].severity).toBe('critical');
  expect(codes({ backup: null })).toEqual(['backup-none']);
  expect(codes({ backup: { ...well.backup!, ageHours: 27 } })).toEqual(['backup-old']);
  expect(codes({ backup: { ...well.backup!, missing: 2 } })).toEqual(['backup-incomplete']);
});

test('what is critical comes first', () => {
  const alarms = judge({ ...well, backup: null, nats: { reachable: false, problem: 'refused' } });
  expect(alarms.map(({ severity }) => severity)).toEqual(['critical', 'warning']);
});
