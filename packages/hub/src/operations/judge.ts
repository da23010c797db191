import type { Alarm, AlarmCode, OperationsReport } from './report.ts';
import { thresholds } from './thresholds.ts';

type Observed = Omit<OperationsReport, 'alarms'>;
type Severity = Alarm['severity'];

/** What of this needs somebody, the worst first. Pure: the same report gives the same alarms. */
export function judge(report: Observed): Alarm[] {
  const found = [
    ...followers(report),
    ...nats(report),
    ...webhooks(report),
    ...jobs(report),
    ...disks(report),
    ...backups(report),
  ];
  return found.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

function followers({ followers: all }: Observed): Alarm[] {
  return all.flatMap(({ name, position, lag, lagSeconds, error, retry }) => {
    if (error !== null)
      return [alarm('follower-stopped', 'critical', { name, position: position + 1, error }, retry)];
    const severity = lag > 0 ? above(lagSeconds, thresholds.lagSeconds) : null;
    return severity ? [alarm('follower-late', severity, { name, lag, seconds: Math.round(lagSeconds) })] : [];
  });
}

function nats({ nats: state }: Observed): Alarm[] {
  if (!state.reachable) return [alarm('nats-away', 'critical', { problem: state.problem })];
  return state.problem === null ? [] : [alarm('nats-diverged', 'critical', { problem: state.problem })];
}

function webhooks({ webhooks: all }: Observed): Alarm[] {
  return all.flatMap(({ url, state, failures, behind }) => {
    const host = URL.canParse(url) ? new URL(url).host : url;
    if (state === 'paused') return [alarm('webhook-paused', 'warning', { host, failures, behind })];
    if (failures < thresholds.webhookFailures) return [];
    return [alarm('webhook-failing', 'warning', { host, failures, behind })];
  });
}

const jobAlarms = {
  'expired-often': 'job-expired-often',
  'queued-long': 'job-queued-long',
  'lease-overdue': 'lease-overdue',
} as const;

function jobs({ jobs: { stuck } }: Observed): Alarm[] {
  return stuck.map(({ jobId, kind, reason, expired, minutes }) =>
    alarm(jobAlarms[reason], reason === 'lease-overdue' ? 'critical' : 'warning', {
      ...{ jobId, kind, expired, minutes: Math.round(minutes) },
    }),
  );
}

function disks({ storage }: Observed): Alarm[] {
  return storage.disks.flatMap(({ name, totalBytes, freeBytes }) => {
    const share = freeBytes / totalBytes;
    if (share >= thresholds.freeShare.warning) return [];
    const severity = share < thresholds.freeShare.critical ? 'critical' : 'warning';
    return [alarm('disk-low', severity, { name, percent: Math.floor(share * 100) })];
  });
}

function backups({ log, backup }: Observed): Alarm[] {
  const remedy = './tsudoi backup DIR';
  if (!backup) return log.position === 0 ? [] : [alarm('backup-none', 'warning', {}, remedy)];
  const severity = above(backup.ageHours, thresholds.backupHours);
  return [
    ...(severity ? [alarm('backup-old', severity, { hours: Math.floor(backup.ageHours) }, remedy)] : []),
    ...(backup.missing > 0
      ? [alarm('backup-incomplete', 'critical', { count: backup.missing }, remedy)]
      : []),
  ];
}

function above(value: number, { warning, critical }: { warning: number; critical: number }): Severity | null {
  if (value > critical) return 'critical';
  return value > warning ? 'warning' : null;
}

function alarm(
  code: AlarmCode,
  severity: Severity,
  params: Alarm['params'],
  remedy: string | null = null,
): Alarm {
  return { code, severity, params, remedy };
}
