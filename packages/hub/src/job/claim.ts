import { type Lease, type Manifest, Rejection } from '@tsudoi/schema';
import { readManifests } from '../artifact/read-manifests.ts';
import { appendTo } from '../command/aggregate.ts';
import { type Handler, loadTarget, nodeOf, outcome } from '../command/handler.ts';
import * as decide from './decide.ts';
import { job } from './job.ts';
import { pickJob } from './pick-job.ts';

/** A node misses two heartbeats and still keeps its lease. */
const heartbeatsPerLease = 3;

/** Gives a node the next job that fits it, with all it needs to begin; null when there is none. */
export const claimJob: Handler<'job.claim'> = async (context, data) => {
  const { tokenId, personId } = nodeOf(context.actor);
  const picked = await pickJob(context.tx, { tokenId, personId }, data);
  if (!picked) return outcome([]);
  const { jobId, traceparent } = picked;
  const target = await loadTarget(context, job, jobId);
  const expiresAt = new Date(context.now.getTime() + Math.round(context.leaseSeconds * 1000));
  const events = decide.lease(target.state, jobId, { tokenId, personId, node: data.node, expiresAt });
  const draft = decide.requireDrafted(target.state, jobId);
  const manifests = await readManifests(context, draft.inputs);
  const lease: Lease = {
    jobId,
    epoch: target.state.epoch + 1,
    expiresAt: expiresAt.toISOString(),
    heartbeatSeconds: context.leaseSeconds / heartbeatsPerLease,
    recipe: draft.recipe,
    runId: draft.runId,
    sourceIds: draft.sourceIds,
    inputs: draft.inputs.map((artifactId) => leaseInput(artifactId, manifests.get(artifactId))),
    checkpoint: target.state.checkpoint,
    traceparent,
  };
  return outcome([appendTo(job, jobId, target, events)], lease);
};

function leaseInput(artifactId: string, manifest: Manifest | undefined): Lease['inputs'][number] {
  if (!manifest) throw new Rejection('artifact.unknown', { artifactId });
  const { kind, sourceIds, stats } = manifest;
  const files = manifest.files.map(({ path, sha256, size }) => ({ path, sha256, size }));
  return { artifactId, kind, sourceIds, stats, files };
}
