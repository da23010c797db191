import { statfs } from 'node:fs/promises';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { logHead } from '../log/read-log.ts';
import type { PublishedLog } from '../verify/verify-stream.ts';
import { judge } from './judge.ts';
import type {
  Disk,
  Follower,
  LastBackup,
  NatsState,
  OperationsReport,
  StuckJob,
  TroubledWebhook,
} from './report.ts';
import { thresholds } from './thresholds.ts';

/** How much of each list is shown. */
const mostShown = 50;

export interface Surroundings {
  /** The published copy, or why it cannot be asked. */
  published: (PublishedLog & { bytes(): Promise<number> }) | { problem: string };
  /** Folders that the hub writes to on this machine. */
  folders: { name: Disk['name']; path: string }[];
}

/** Looks at everything once. Reads only, and nothing that grows with the log. */
export async function operationsReport(
  hub: Pick<Hub, 'sql'>,
  surroundings: Surroundings,
): Promise<OperationsReport> {
  const { sql } = hub;
  const head = await logHead(sql);
  const [followers, nats, webhooks, jobs, storage, backup, disks] = await Promise.all([
    readFollowers(sql),
    readNats(sql, surroundings.published),
    readWebhooks(sql),
    readJobs(sql),
    readStorage(sql),
    readBackup(sql),
    readDisks(surroundings.folders),
  ]);
  const observed = {
    ...{ at: new Date().toISOString(), log: { position: head.position, hash: head.hash } },
    ...{ followers, nats, webhooks, jobs, backup, storage: { ...storage, disks } },
  };
  return { ...observed, alarms: judge(observed) };
}

type Sql = Hub['sql'];

/** The time of what a follower waits for is that of the event behind its position. */
async function readFollowers(sql: Sql): Promise<Follower[]> {
  const rows = await sql<Omit<Follower, 'retry'>[]>`
    select f.*, greatest(0, head.position - f.position) as lag,
           coalesce((select extract(epoch from clock_timestamp() - at) from event
                     where event.position = f.position + 1), 0)::float8 as "lagSeconds"
    from (
      select 'projection' as kind, name, position, error from projection
      union all select 'reactor', name, position, error from reactor
    ) f, log_head head order by f.kind, f.name`;
  return rows.map((row) => ({ ...row, retry: retryOf(row) }));
}

function retryOf({ kind, name, error }: Omit<Follower, 'retry'>): string | null {
  return kind === 'projection' && error !== null ? `./tsudoi projections retry ${name}` : null;
}

const Stored = z.object({ hash: z.string() });

async function readNats(sql: Sql, published: Surroundings['published']): Promise<NatsState> {
  if ('problem' in published) return { reachable: false, problem: published.problem };
  try {
    const [lastSequence, bytes] = [await published.lastSequence(), await published.bytes()];
    const { position } = await logHead(sql); // after the stream was asked, so that it cannot seem to be ahead
    const state = (problem: string | null): NatsState => ({ reachable: true, lastSequence, bytes, problem });
    if (lastSequence > position) return state(`NATS is at ${lastSequence}, the log at ${position}`);
    if (lastSequence === 0) return state(null);
    const hash = Stored.safeParse(await published.envelope(lastSequence)).data?.hash;
    const [event] = await sql<{ hash: string }[]>`
      select encode(hash, 'hex') as hash from event where position = ${lastSequence}`;
    return state(event?.hash === hash ? null : `NATS holds another event at ${lastSequence} than the log`);
  } catch (error) {
    return { reachable: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function readWebhooks(sql: Sql): Promise<TroubledWebhook[]> {
  const rows = await sql<TroubledWebhook[]>`
    select w.webhook_id as "webhookId", url, state, greatest(w.failures, coalesce(c.failures, 0)) as failures,
           coalesce((select d.status from webhook_delivery d where d.webhook_id = w.webhook_id
                     order by d.delivery_id desc limit 1), w.last_status) as "lastStatus",
           greatest(0, (select position from log_head) - coalesce(c.position, 0)) as behind
    from view_webhook w left join webhook_cursor c using (webhook_id)
    -- one that its owner paused (no failures) is nobody's trouble
    where (state = 'paused' and w.failures > 0) or (state = 'live' and c.failures > 0)
    order by failures desc, w.webhook_id limit ${mostShown}`;
  return [...rows];
}

async function readJobs(sql: Sql): Promise<OperationsReport['jobs']> {
  const [counts] = await sql<Omit<OperationsReport['jobs'], 'stuck'>[]>`
    select count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'leased') as leased,
           count(*) filter (where state = 'awaiting-start') as "awaitingStart",
           count(*) filter (where state = 'leased' and expires_at < clock_timestamp()
             - make_interval(secs => ${thresholds.overdueSeconds})) as "overdueLeases"
    from job_queue where state in ('queued', 'leased', 'awaiting-start')`;
  const stuck = await sql<StuckJob[]>`
    select job_id as "jobId", kind, reason, expired, extract(epoch from clock_timestamp() - since) / 60 as minutes
    from (
      select q.job_id, q.kind, leases.expired::int as expired,
             case when q.state = 'leased' then q.expires_at else coalesce(leases.ended_at, v.drafted_at) end as since,
             case
               when q.state = 'leased' and q.expires_at < clock_timestamp()
                 - make_interval(secs => ${thresholds.overdueSeconds}) then 'lease-overdue'
               when leases.expired >= ${thresholds.expiredLeases} then 'expired-often'
               when q.state = 'queued' and coalesce(leases.ended_at, v.drafted_at) < clock_timestamp()
                 - make_interval(mins => ${thresholds.queuedMinutes}) then 'queued-long'
             end as reason
      from job_queue q left join view_job v using (job_id) left join lateral (
        select count(*) filter (where outcome = 'expired') as expired, max(ended_at) as ended_at
        from view_job_lease l where l.job_id = q.job_id) leases on true
      where q.state in ('queued', 'leased')
    ) looked where reason is not null order by since limit ${mostShown}`;
  return { ...counts, stuck: [...stuck] };
}

async function readStorage(sql: Sql): Promise<Omit<OperationsReport['storage'], 'disks'>> {
  const [row] = await sql<Omit<OperationsReport['storage'], 'disks'>[]>`
    select pg_database_size(current_database()) as "databaseBytes", pg_total_relation_size('event') as "logBytes",
           count(*) as objects, coalesce(sum(size), 0)::bigint as "objectBytes" from object`;
  return row;
}

async function readBackup(sql: Sql): Promise<LastBackup | null> {
  const [row] = await sql<(Omit<LastBackup, 'at'> & { at: Date })[]>`
    select taken_at as at, extract(epoch from clock_timestamp() - taken_at)::float8 / 3600 as "ageHours",
           position, bytes, missing
    from backup order by id desc limit 1`;
  return row ? { ...row, at: row.at.toISOString() } : null;
}

/** A folder that is not there yet says nothing. */
async function readDisks(folders: Surroundings['folders']): Promise<Disk[]> {
  const found = await Promise.all(
    folders.map(async ({ name, path }) => {
      const space = await statfs(path).catch(() => null);
      return space && { name, totalBytes: space.blocks * space.bsize, freeBytes: space.bavail * space.bsize };
    }),
  );
  return found.filter((disk) => disk !== null);
}
