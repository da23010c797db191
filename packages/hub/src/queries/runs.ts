import {
  type CountedPage,
  Rejection,
  RejectionValue,
  RunCard,
  type RunDetail,
  type RunState,
  type RunSummary,
  Stats,
} from '@tsudoi/schema';
import type postgres from 'postgres';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { activity } from './activity.ts';
import { Iso, Person } from './columns.ts';
import { jobSummaries } from './job-summaries.ts';
import { containing, type PageRequest, pageOf, readCursor } from './keyset.ts';
import { sourceSummaries } from './source-summaries.ts';

const Row = z.object({
  runId: z.string(),
  title: z.string(),
  state: z.enum(['registered', 'running', 'completed', 'failed', 'abandoned']),
  registeredBy: Person,
  registeredAt: Iso,
  latest: z.record(z.string(), z.number()),
  steps: z.number(),
  step: z.number(),
  modelArtifactId: z.string().nullable(),
});

/** Runs, newest first, one page at a time. `text` is looked for in the titles; `runIds` asks for just these. */
export async function runPage(
  hub: Pick<Hub, 'sql'>,
  {
    state,
    text,
    runIds,
    after,
    limit = 50,
  }: PageRequest & { state?: RunState; text?: string; runIds?: string[] } = {},
): Promise<CountedPage<RunSummary>> {
  const { sql } = hub;
  const cursor = readCursor(after);
  const pattern = containing(text);
  const found = sql`${pattern ? sql`r.card ->> 'title' ilike ${pattern}` : sql`true`} and
    ${runIds ? sql`r.run_id = any(${runIds}::uuid[])` : sql`true`}`;
  const rows = await runSummaries(
    hub,
    sql`${found} and ${state ? sql`r.state = ${state}` : sql`true`} and
      ${cursor ? sql`(r.registered_at, r.run_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}`,
    limit + 1,
  );
  const counts = await sql<{ state: string; count: number }[]>`
    select state, count(*)::int as count from view_run r where ${found} group by state`;
  return {
    ...pageOf(rows, limit, ({ registeredAt, runId }) => [registeredAt, runId]),
    counts: Object.fromEntries(counts.map(({ state, count }) => [state, count])),
  };
}

async function runSummaries(
  { sql }: Pick<Hub, 'sql'>,
  condition: postgres.PendingQuery<postgres.Row[]>,
  limit: number,
): Promise<RunSummary[]> {
  const rows = await sql`
    select r.run_id as "runId", r.card ->> 'title' as title, r.state,
           jsonb_build_object('personId', r.person_id, 'displayName', coalesce(p.display_name, '')) as "registeredBy",
           r.registered_at as "registeredAt", coalesce(metric.latest, '{}') as latest,
           (r.card #>> '{pretrain,steps}')::int as steps, coalesce(metric.step, 0) as step,
           coalesce(r.model_artifact_id, model.artifact_id) as "modelArtifactId"
    from view_run r
    left join profile p on p.person_id = r.person_id
    left join lateral (
      select jsonb_object_agg(series, value) as latest, max(step) as step
      from run_metric_latest where run_id = r.run_id
    ) as metric on true
    left join lateral (
      select artifact_id from view_artifact where run_id = r.run_id and kind = 'model'
      order by registered_at desc limit 1
    ) as model on true
    where ${condition} order by r.registered_at desc, r.run_id desc limit ${limit}`;
  return z.array(Row).parse(rows);
}

const DetailRow = z.object({
  groupId: z.string().nullable(),
  card: RunCard,
  failure: RejectionValue.nullable(),
  supersedes: z.string().nullable(),
  abandonedBecause: z.string().nullable(),
  evaluationArtifactId: z.string().nullable(),
  evaluation: Stats.nullable(),
});

/** @throws Rejection `run.unknown` */
export async function runDetail(hub: Hub, runId: string): Promise<RunDetail> {
  const { sql } = hub;
  const [summary] = await runSummaries(hub, sql`r.run_id = ${runId}`, 1);
  if (!summary) throw new Rejection('run.unknown', { runId });
  const [row] = await sql`
    select r.group_id as "groupId", r.card, r.failure, r.supersedes, r.abandoned_because as "abandonedBecause", e.artifact_id as "evaluationArtifactId", e.manifest -> 'stats' as evaluation
    from view_run r
    left join lateral (
      select artifact_id, manifest from view_artifact
      where run_id = r.run_id and kind = 'evaluation'
      order by artifact_id = r.evaluation_artifact_id desc, registered_at desc limit 1
    ) as e on true
    where r.run_id = ${runId}`;
  const detail = DetailRow.parse(row);
  return {
    ...summary,
    ...detail,
    sources: await sourceSummaries(sql, sql`s.source_id = any(${detail.card.sourceIds}::uuid[])`),
    jobs: await jobSummaries(sql, sql`j.run_id = ${runId}`),
    postMortems: await postMortems(hub, runId),
    history: await activity(hub, { streamId: runId, limit: 200 }),
  };
}

const PostMortemRow = z.object({
  person: Person,
  summary: z.string(),
  cause: z.string(),
  lessons: z.string(),
  at: Iso,
});

async function postMortems({ sql }: Hub, runId: string): Promise<RunDetail['postMortems']> {
  const rows = await sql`
    select jsonb_build_object('personId', m.person_id, 'displayName', coalesce(p.display_name, '')) as person,
           m.summary, m.cause, m.lessons, m.at
    from view_post_mortem m left join profile p on p.person_id = m.person_id
    where m.run_id = ${runId} order by m.version`;
  return z.array(PostMortemRow).parse([...rows]);
}
