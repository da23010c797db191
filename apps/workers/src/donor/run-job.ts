import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, InputArtifact, StageOutput } from '@tsudoi/engine/stages';
import { currentTraceparent, traceIdOf, withSpan } from '@tsudoi/hub/telemetry';
import {
  type ArtifactDraft,
  ArtifactKind,
  type Lease,
  Rejection,
  type RejectionValue,
  type RunCard,
  uploadsOf,
} from '@tsudoi/schema';
import { describeError, type Log } from '../roles/log.ts';
import { type HubClient, HubUnreachable } from './hub-client.ts';
import { endsLease, LeaseKeeper, LeaseLost } from './lease-keeper.ts';
import type { ObjectCache } from './object-cache.ts';
import { runStageInThread } from './run-stage.ts';
import { uploadFile } from './upload.ts';

export interface Donor {
  hub: HubClient;
  hubUrl: string;
  cache: ObjectCache;
  workDir: string;
  node: string;
  threads: number;
  codeCommit: string;
  log: Log;
  /** Aborted when the donor stops the worker. */
  stopping: AbortSignal;
}

export type Outcome = 'completed' | 'failed' | 'lost' | 'given-back';

/** Does one leased job from its inputs to its artifacts. It never throws: how it ended is told to the hub and answered. */
export async function runJob(donor: Donor, lease: Lease): Promise<Outcome> {
  const { kind } = lease.recipe;
  const attributes = { 'job.id': lease.jobId, 'job.kind': kind, 'job.epoch': lease.epoch };
  const work = () => runLeased(donor, lease);
  try {
    return await withSpan(`job ${kind}`, attributes, work, { traceparent: lease.traceparent });
  } catch (error) {
    donor.log.error('the job could not be ended', { jobId: lease.jobId, error: describeError(error) });
    return 'lost';
  }
}

async function runLeased(donor: Donor, lease: Lease): Promise<Outcome> {
  const dir = join(donor.workDir, 'jobs', `${process.pid}-${lease.jobId}-${lease.epoch}`);
  const keeper = new LeaseKeeper(donor.hub, lease, donor.log);
  const held = { jobId: lease.jobId, epoch: lease.epoch };
  try {
    await mkdir(join(dir, 'out'), { recursive: true });
    const outputs = await compute(donor, lease, dir, keeper);
    const result = keeper.note;
    keeper.progress(1, { code: 'upload', params: {} });
    const drafts = await withSpan('upload outputs', {}, () => uploadOutputs(donor, lease, outputs));
    await keeper.stop(result);
    await donor.hub.complete({ ...held, codeCommit: donor.codeCommit, outputs: drafts });
    return 'completed';
  } catch (error) {
    await keeper.stop();
    return await reportFailure(donor, lease, keeper.signal.aborted ? keeper.signal.reason : error);
  } finally {
    await keeper.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function compute(donor: Donor, lease: Lease, dir: string, keeper: LeaseKeeper): Promise<StageOutput[]> {
  const signal = AbortSignal.any([donor.stopping, keeper.signal]);
  const { recipe } = lease;
  const fetched = await withSpan('download inputs', {}, () => downloadInputs(donor, lease, signal));
  if (recipe.kind === 'pretrain') await startRun(donor, lease, recipe);
  return withSpan(`stage ${recipe.kind}`, { threads: donor.threads }, () =>
    runStageInThread(
      { recipe, ...fetched, outDir: join(dir, 'out'), threads: donor.threads },
      {
        progress: (fraction, note) => keeper.progress(fraction, note),
        metrics: (points) => keeper.metrics(points),
        checkpoint: (checkpoint) => saveCheckpoint(donor, lease, checkpoint),
      },
      signal,
    ),
  );
}

async function downloadInputs(donor: Donor, lease: Lease, signal: AbortSignal) {
  const { jobId, epoch, recipe } = lease;
  const fetch = (sha256: string) => {
    const locate = async () => {
      const { url } = await donor.hub.grantDownload({ jobId, epoch, sha256 });
      return new URL(url, donor.hubUrl).href;
    };
    return donor.cache.fetch(sha256, locate, signal);
  };
  const inputs: InputArtifact[] = [];
  for (const { files, kind, ...input } of lease.inputs) {
    const paths: Record<string, string> = {};
    for (const file of files) paths[file.path] = await fetch(file.sha256);
    inputs.push({ ...input, kind: ArtifactKind.parse(kind), files: paths });
  }
  const uploads: Record<string, string> = {};
  for (const { sha256 } of uploadsOf(recipe)) uploads[sha256] = await fetch(sha256);
  const resumeFrom = lease.checkpoint && {
    step: lease.checkpoint.step,
    localPath: await fetch(lease.checkpoint.sha256),
  };
  return { inputs, uploads, resumeFrom };
}

/** Tells the hub the settings in force; it refuses those that differ from the run's registered card. */
async function startRun(donor: Donor, lease: Lease, recipe: Lease['recipe'] & { kind: 'pretrain' }) {
  const { kind: _kind, runId, ...settings } = recipe;
  const effective: RunCard['pretrain'] = settings;
  await donor.hub.startRun({ runId, jobId: lease.jobId, epoch: lease.epoch, settings: effective });
}

async function saveCheckpoint(donor: Donor, lease: Lease, checkpoint: Checkpoint): Promise<void> {
  await withSpan('save checkpoint', { step: checkpoint.step }, async () => {
    const file = { path: checkpoint.localPath, mediaType: 'application/octet-stream' };
    const { sha256, size } = await uploadFile(donor.hub, donor.hubUrl, lease, file);
    const { jobId, epoch } = lease;
    await donor.hub.checkpoint({ jobId, epoch, step: checkpoint.step, sha256, size });
  });
}

async function uploadOutputs(donor: Donor, lease: Lease, outputs: StageOutput[]): Promise<ArtifactDraft[]> {
  const drafts: ArtifactDraft[] = [];
  for (const { kind, title, stats, files } of outputs) {
    const uploaded: ArtifactDraft['files'] = [];
    for (const { path, localPath, mediaType } of files) {
      const file = { path: localPath, mediaType };
      const { sha256, size } = await uploadFile(donor.hub, donor.hubUrl, lease, file);
      await donor.cache.keep(sha256, localPath);
      uploaded.push({ path, sha256, size, mediaType });
    }
    drafts.push({ kind, title, stats, files: uploaded });
  }
  return drafts;
}

/** What the hub is told about a job that did not end well. */
export function failureOf(
  error: unknown,
  { stopped, node, traceId }: { stopped: boolean; node: string; traceId: string },
): { outcome: Outcome; rejection?: RejectionValue; retryable?: boolean } {
  if (error instanceof LeaseLost || (error instanceof Rejection && endsLease(error)))
    return { outcome: 'lost' };
  if (stopped) {
    const rejection: RejectionValue = { code: 'worker.stopped', params: { node } };
    return { outcome: 'given-back', rejection, retryable: true };
  }
  if (error instanceof Rejection) {
    const rejection = { code: error.code, params: error.params };
    // The network spoiled the bytes; the recipe and its inputs are not to blame.
    return { outcome: 'failed', rejection, retryable: error.code === 'upload.hash-differs' };
  }
  return { outcome: 'failed', rejection: { code: 'worker.crashed', params: { traceId } }, retryable: true };
}

async function reportFailure(donor: Donor, lease: Lease, error: unknown): Promise<Outcome> {
  const { jobId, epoch } = lease;
  const traceId = traceIdOf(currentTraceparent()) ?? 'none';
  const { outcome, rejection, retryable } = failureOf(error, {
    stopped: donor.stopping.aborted,
    node: donor.node,
    traceId,
  });
  const stack = error instanceof Error && !(error instanceof Rejection) ? error.stack : undefined;
  donor.log.warn('the job did not complete', {
    jobId,
    epoch,
    outcome,
    error: describeError(error),
    stack,
    traceId,
  });
  if (!rejection) return outcome;
  try {
    await donor.hub.fail({ jobId, epoch, rejection, retryable: retryable ?? true });
  } catch (late) {
    if (!(late instanceof Rejection) && !(late instanceof HubUnreachable)) throw late;
    donor.log.warn('the hub was not told', { jobId, epoch, error: describeError(late) });
  }
  return outcome;
}
