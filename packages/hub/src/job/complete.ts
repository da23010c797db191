import type { LicenceVerdict } from '@tsudoi/schema';
import { artifact } from '../artifact/artifact.ts';
import { buildArtifacts } from '../artifact/build-artifacts.ts';
import { knownObjects } from '../artifact/known-objects.ts';
import { readManifests } from '../artifact/read-manifests.ts';
import { appendTo, load } from '../command/aggregate.ts';
import { type Handler, loadTarget, nodeOf, outcome } from '../command/handler.ts';
import { fence, lockLease } from '../lease/require-lease.ts';
import { source } from '../source/source.ts';
import * as decide from './decide.ts';
import { type JobDrafted, job } from './job.ts';

/** Takes in what a job made: checks its files, registers its artifacts and closes the job, in one transaction. */
export const completeJob: Handler<'job.complete'> = async (context, data) => {
  const { tx } = context;
  const { jobId, epoch, outputs } = data;
  fence(await lockLease(tx, jobId), { jobId, epoch, tokenId: nodeOf(context.actor).tokenId }, context.now);
  const target = await loadTarget(context, job, jobId);
  const draft = decide.requireDrafted(target.state, jobId);
  const hashes = outputs.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
  decide.requireOutputs(draft, outputs, await knownObjects(tx, hashes));

  const inputs = await readManifests(tx, draft.inputs);
  const verdicts = draft.inputs.length > 0 ? [] : await sourceVerdicts(tx, draft);
  const inputManifests = draft.inputs.map((artifactId) => inputs.get(artifactId)!);
  const built = buildArtifacts(draft, inputManifests, verdicts, data.codeCommit, outputs);
  const artifactIds = built.map(({ artifactId }) => artifactId);

  const registered = await readManifests(tx, artifactIds);
  const fresh = built.filter(({ artifactId }) => !registered.has(artifactId));
  const registrations = fresh.map(({ artifactId, manifest }) =>
    appendTo(artifact, artifactId, { version: 0 }, [
      { type: 'ArtifactRegistered', data: { artifactId, manifest } },
    ]),
  );
  // Artifacts come first, so that whoever reads that the job is done finds them.
  const completion = appendTo(job, jobId, target, decide.complete(jobId, epoch, artifactIds));
  return outcome([...registrations, completion], { artifactIds });
};

async function sourceVerdicts(
  tx: Parameters<typeof load>[0],
  { sourceIds }: JobDrafted,
): Promise<LicenceVerdict[]> {
  const sources = await Promise.all(sourceIds.map((sourceId) => load(tx, source, sourceId)));
  return sources.flatMap(({ state }) => state.verdict ?? []);
}
