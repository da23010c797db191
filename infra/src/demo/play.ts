import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  deterministicId,
  type JobSummary,
  type LicenceVerdict,
  licenceRules,
  Rejection,
  type RunCard,
  type RunDetail,
  type SourceDetail,
  type SourcePart,
  translateJobNote,
  translateRejection,
  type UseRights,
} from '@tsudoi/schema';
import { groups, personas } from '../people.ts';
import type { Say } from '../say.ts';
import { HubClient } from './hub-client.ts';

export interface Proposal {
  titleJa: string;
  titleEn: string;
  description: string;
  licence: string;
  evidenceUrl: string;
  rights: UseRights;
  parts: SourcePart[];
}

export interface Script {
  accepted: Proposal[];
  refused: Proposal | null;
  card: (sourceIds: string[], threads: number) => RunCard;
}

export interface Played {
  people: Record<'misaki' | 'ken' | 'maria', HubClient>;
  sources: SourceDetail[];
  refused: { title: string; licence: string; rule: string } | null;
  run: RunDetail;
  /** Wall seconds of each stage, in order. */
  timings: { stage: string; seconds: number }[];
}

/**
 * The main job, through the same API as the portal. Every command's id is derived from its content, so playing it
 * again goes on where the log stands.
 */
export async function play(
  url: string,
  script: Script,
  say: Say,
  onRun?: (runId: string, person: HubClient) => void,
): Promise<Played> {
  const stage = stopwatch(say);
  const people = {
    misaki: await HubClient.signIn(url, personas.misaki.personId),
    ken: await HubClient.signIn(url, personas.ken.personId),
    maria: await HubClient.signIn(url, personas.maria.personId),
  };
  stage(
    'sign in',
    `${[personas.misaki, personas.ken, personas.maria]
      .map((p) => p.displayName)
      .join(', ')} of ${Object.keys(groups).length} working groups`,
  );

  const sourceIds: string[] = [];
  for (const proposal of script.accepted) {
    sourceIds.push(await propose(people.misaki, proposal));
    stage('propose', `${proposal.titleEn} (${proposal.licence})`);
  }
  const refused = script.refused ? await proposeRefused(people.misaki, script.refused) : null;
  if (refused)
    stage(
      'refused',
      `${refused.title}: ${refused.licence} breaks rule "${refused.rule}": ${licenceRules[refused.rule as keyof typeof licenceRules]?.en}`,
    );
  for (const sourceId of sourceIds) {
    for (const reviewer of [people.ken, people.maria]) await review(reviewer, sourceId);
  }
  stage('review', `${sourceIds.length} sources accepted by two reviewers each`);

  const sources = await filtered(people.misaki, sourceIds, say);
  stage('corpus', `${sources.length} sources ingested and filtered`);

  const card = script.card(sourceIds, Math.min(2, availableParallelism()));
  const runId = deterministicId('demo', 'run', card);
  await command(people.maria, 'runs.register', { runId, groupId: groups.model.groupId, card });
  stage('register', `run card "${card.title}"`);
  onRun?.(runId, people.maria);
  const run = await finished(people, runId, say, stage);
  return { people, sources, refused, run, timings: stage.timings };
}

async function command(person: HubClient, path: string, input: Record<string, unknown>): Promise<unknown> {
  return person.send(path, { ...input, commandId: deterministicId('demo', path, input) });
}

async function propose(person: HubClient, proposal: Proposal): Promise<string> {
  const sourceId = deterministicId('demo', 'source', proposal);
  await command(person, 'sources.propose', { sourceId, groupId: groups.corpus.groupId, ...proposal });
  return sourceId;
}

async function proposeRefused(person: HubClient, proposal: Proposal): Promise<Played['refused']> {
  const preview = await person.query<LicenceVerdict>('sources.checkLicence', {
    expression: proposal.licence,
    rights: proposal.rights,
  });
  await propose(person, proposal);
  const { rule, licence } = preview.refusals[0]!;
  return { title: proposal.titleEn, licence, rule };
}

async function review(reviewer: HubClient, sourceId: string): Promise<void> {
  try {
    await command(reviewer, 'sources.review', {
      sourceId,
      verdict: 'accept',
      comment: '出典とライセンスの記載を確認しました。',
    });
  } catch (error) {
    if (
      !(
        error instanceof Rejection &&
        ['source.reviewed-already', 'source.not-under-review'].includes(error.code)
      )
    )
      throw error;
  }
}

/** The jobs of a source itself, before any run takes it. */
const ownJobs = new Set<JobSummary['kind']>(['ingest', 'filter']);

async function filtered(person: HubClient, sourceIds: string[], say: Say): Promise<SourceDetail[]> {
  for (;;) {
    const sources = await Promise.all(
      sourceIds.map((sourceId) => person.query<SourceDetail>('sources.detail', { sourceId })),
    );
    // Runs of other people use the sources too, and may fail as they like.
    const jobs = sources.flatMap((source) => source.jobs.filter(({ kind }) => ownJobs.has(kind)));
    failOn(jobs);
    const ready = sources.filter((source) =>
      source.artifacts.some((artifact) => artifact.kind === 'filtered-documents'),
    );
    if (ready.length === sources.length) return sources;
    say.progress(`corpus      ${ready.length} of ${sources.length} sources; ${activeJob(jobs)}`);
    await delay(500);
  }
}

async function finished(
  people: Played['people'],
  runId: string,
  say: Say,
  stage: Stopwatch,
): Promise<RunDetail> {
  const told = new Set<string>();
  for (;;) {
    const run = await people.maria.query<RunDetail>('runs.detail', { runId });
    for (const job of run.jobs) {
      if (job.state === 'awaiting-start') await approve(people.ken, job.jobId);
      if (job.state === 'done' && !told.has(job.jobId)) {
        told.add(job.jobId);
        stage(job.kind, job.note ? translateJobNote(job.note, 'en') : 'done', job);
      }
    }
    if (run.state === 'completed') return run;
    if (run.state === 'failed') {
      const why = run.failure ? translateRejection(run.failure, 'en') : 'no reason was recorded';
      throw new Error(`the run failed: ${why}`);
    }
    failOn(run.jobs);
    const loss = run.latest.loss === undefined ? '' : `, loss ${run.latest.loss.toFixed(3)}`;
    say.progress(`${activeJob(run.jobs)}${loss}`);
    await delay(500);
  }
}

/** Ken looks at the numbers and starts the run; a card may ask for that. */
async function approve(supervisor: HubClient, jobId: string): Promise<void> {
  try {
    await command(supervisor, 'jobs.approveStart', { jobId });
  } catch (error) {
    if (!(error instanceof Rejection && error.code === 'job.not-awaiting-start')) throw error;
  }
}

function failOn(jobs: JobSummary[]): void {
  const failed = jobs.find((job) => job.state === 'failed');
  if (failed)
    throw new Error(
      `the ${failed.kind} job ${failed.jobId} failed; see its page, or "./tsudoi logs worker-1"`,
    );
}

function activeJob(jobs: JobSummary[]): string {
  const job = jobs.find((candidate) => candidate.state === 'leased');
  return job
    ? `${job.kind.padEnd(11)} ${Math.round(job.progress * 100)}%${job.note ? ` ${translateJobNote(job.note, 'en')}` : ''}`
    : 'waiting for a worker';
}

interface Stopwatch {
  (stage: string, text: string, job?: JobSummary): void;
  timings: { stage: string; seconds: number }[];
}

function stopwatch(say: Say): Stopwatch {
  let last = performance.now();
  const timings: Stopwatch['timings'] = [];
  const tell = (stage: string, text: string, job?: JobSummary) => {
    const now = performance.now();
    const worked =
      job?.startedAt && job.finishedAt
        ? (Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000
        : null;
    const seconds = worked ?? (now - last) / 1000;
    last = now;
    timings.push({ stage, seconds });
    say.line(`${stage.padEnd(11)} ${text} (${seconds.toFixed(1)} s)`);
  };
  return Object.assign(tell, { timings });
}
