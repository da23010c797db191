import type { JobEvent, LicenceVerdict } from '@tsudoi/schema';
import { artifact } from '../artifact/artifact.ts';
import { buildArtifacts } from '../artifact/build-artifacts.ts';
import { knownObjects } from '../artifact/known-objects.ts';
import { readManifests } from '../artifact/read-manifests.ts';
import { appendTo, type Histories, type Loaded, load } from '../command/aggregate.ts';
import { type Handler, loadTarget, nodeOf, type Outcome, outcome, personOf } from '../command/handler.ts';
import { fence, lockLease } from '../lease/require-lease.ts';
import { source } from '../source/source.ts';
import * as decide from './decide.ts';
import { type JobDrafted, type JobState, job, type Result } from './job.ts';
import { complete, report } from './report.ts';
import { approveEnd } from './supervise.ts';

/**
 * Takes in what a job made: checks its files and weighs the result. Where it counts, its artifacts are registered and
 * the job is closed in the same transaction; else the result waits in the log.
 */
export const completeJob: Handler<'job.complete'> = async (context, data) => {
  const { jobId, epoch, outputs, codeCommit } = data;
  const { tokenId, personId } = nodeOf(context.actor);
  fence(await lockLease(context.tx, jobId), { jobId, epoch, tokenId }, context.now);
  const target = await loadTarget(context, job, jobId);
  const draft = decide.requireDrafted(target.state, jobId);
  const hashes = outputs.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
  decide.requireOutputs(draft, outputs, await knownObjects(context.tx, hashes));
  const result: Result = { epoch, personId, codeCommit, outputs };
  const { accepted, events } = report(target.state, jobId, result);
  if (accepted) return closeJob(context, target, draft, accepted, events);
  return outcome([appendTo(job, jobId, target, events)], { artifactIds: [] });
};

/** The supervisor looked at the newest result and lets it count. */
export const approveJobEnd: Handler<'job.approveEnd'> = async (context, { jobId }) => {
  const target = await loadTarget(context, job, jobId);
  const events = approveEnd(target.state, personOf(context.actor), jobId);
  const draft = decide.requireDrafted(target.state, jobId);
  return closeJob(context, target, draft, target.state.results.at(-1)!, events);
};

async function closeJob(
  from: Histories,
  target: Loaded<JobState>,
  draft: JobDrafted,
  result: Result,
  before: JobEvent[],
): Promise<Outcome> {
  const { jobId } = draft;
  const inputs = await readManifests(from, draft.inputs);
  const verdicts = draft.inputs.length > 0 ? [] : await sourceVerdicts(from, draft);
  const inputManifests = draft.inputs.map((artifactId) => inputs.get(artifactId)!);
  const built = buildArtifacts(draft, inputManifests, verdicts, result.codeCommit, [...result.outputs]);
  const artifactIds = built.map(({ artifactId }) => artifactId);
  const registered = await readManifests(from, artifactIds);
  const fresh = built.filter(({ artifactId }) => !registered.has(artifactId));
  const registrations = fresh.map(({ artifactId, manifest }) =>
    appendTo(artifact, artifactId, { version: 0 }, [
      { type: 'ArtifactRegistered', data: { artifactId, manifest } },
    ]),
  );
  // Artifacts come first, so that whoever reads that the job is done finds them.
  const events = [...before, ...complete(target.state, jobId, result, artifactIds)];
  return outcome([...registrations, appendTo(job, jobId, target, events)], { artifactIds });
}

async function sourceVerdicts(from: Histories, { sourceIds }: JobDrafted): Promise<LicenceVerdict[]> {
  const sources = await Promise.all(sourceIds.map((sourceId) => load(from, source, sourceId)));
  return sources.flatMap(({ state }) => state.verdict ?? []);
}
