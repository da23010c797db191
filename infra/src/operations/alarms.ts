import type { Alarm, AlarmCode } from '@tsudoi/hub';

type Values = Alarm['params'];

/** Each alarm in one English line, for terminals; the portal says the same in both languages. */
const sentences: Record<AlarmCode, (values: Values) => string> = {
  'follower-stopped': ({ name, position, error }) => `${name} stopped before event ${position}: ${error}`,
  'follower-late': ({ name, lag, seconds }) => `${name} is ${lag} events and ${seconds} s behind`,
  'nats-away': ({ problem }) => `NATS cannot be reached: ${problem}`,
  'nats-diverged': ({ problem }) => `NATS is no copy of this log: ${problem}`,
  'webhook-paused': ({ host, behind }) => `deliveries to ${host} were given up; ${behind} events wait`,
  'webhook-failing': ({ host, failures }) => `deliveries to ${host} failed ${failures} times in a row`,
  'job-expired-often': ({ kind, jobId, expired }) => `${kind} ${jobId} lost its worker ${expired} times`,
  'job-queued-long': ({ kind, jobId, minutes }) => `nobody has taken ${kind} ${jobId} for ${minutes} minutes`,
  'lease-overdue': ({ kind, jobId, minutes }) =>
    `the lease of ${kind} ${jobId} ended ${minutes} minutes ago and was not taken back: the reaper does not run`,
  'disk-low': ({ name, percent }) => `only ${percent} % of the disk for ${name} is free`,
  'backup-none': () => 'no backup was ever taken',
  'backup-old': ({ hours }) => `the last backup is ${hours} hours old`,
  'backup-incomplete': ({ count }) => `the last backup lacks the bytes of ${count} objects`,
};

export const describeAlarm = ({ code, params }: Alarm): string => sentences[code](params);
