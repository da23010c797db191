import { Rejection, type RunCard, settingsFiles } from '@tsudoi/schema';
import { knownObjects } from '../artifact/known-objects.ts';
import { readManifests } from '../artifact/read-manifests.ts';
import { appendTo, load } from '../command/aggregate.ts';
import {
  type CommandContext,
  type Handler,
  loadTarget,
  nodeOf,
  outcome,
  personOf,
} from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import { cancelJobsOf } from '../job/cancel-jobs.ts';
import { fence, lockLease } from '../lease/require-lease.ts';
import { type SourceState, source } from '../source/source.ts';
import * as decide from './decide.ts';
import { run } from './run.ts';

export const registerRun: Handler<'run.register'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, run, data.runId);
  await requireGroup(context, data.groupId);
  const sources = new Map<string, SourceState>();
  for (const sourceId of data.card.sourceIds) {
    sources.set(sourceId, (await load(context, source, sourceId)).state);
  }
  await requireUploads(context, data.card.corpus);
  const supersededExists = data.supersedes ? (await load(context, run, data.supersedes)).version > 0 : true;
  const events = decide.register(target.state, personId, data, sources, { supersededExists });
  return outcome([appendTo(run, data.runId, target, events)]);
};

/** @throws Rejection object.missing for a word list, text or test set that nobody uploaded */
async function requireUploads(context: CommandContext, settings: RunCard['corpus']): Promise<void> {
  const files = settings ? settingsFiles(settings) : [];
  const stored = await knownObjects(
    context.tx,
    files.map(({ sha256 }) => sha256),
  );
  const missing = files.find(({ sha256, size }) => stored.get(sha256) !== size);
  if (missing) throw new Rejection('object.missing', { sha256: missing.sha256 });
}

export const startRun: Handler<'run.start'> = async (context, data) => {
  const { tokenId } = nodeOf(context.actor);
  const lease = fence(await lockLease(context.tx, data.jobId), { ...data, tokenId }, context.now);
  const target = await loadTarget(context, run, data.runId);
  const facts = { jobBelongs: lease.runId === data.runId && lease.kind === 'pretrain' };
  return outcome([appendTo(run, data.runId, target, decide.start(target.state, data, facts))]);
};

export const completeRun: Handler<'run.complete'> = async (context, data) => {
  const target = await loadTarget(context, run, data.runId);
  const known = await readManifests(context, [data.modelArtifactId, data.evaluationArtifactId]);
  const events = decide.complete(target.state, data, new Set(known.keys()));
  return outcome([appendTo(run, data.runId, target, events)]);
};

export const failRun: Handler<'run.fail'> = async (context, data) => {
  const target = await loadTarget(context, run, data.runId);
  return outcome([appendTo(run, data.runId, target, decide.fail(target.state, data))]);
};

export const abandonRun: Handler<'run.abandon'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, run, data.runId);
  const events = decide.abandon(target.state, personId, data);
  const cancelled = await cancelJobsOf(context, data.runId, personId, data.reason);
  return outcome([appendTo(run, data.runId, target, events), ...cancelled]);
};

export const writePostMortem: Handler<'run.writePostMortem'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, run, data.runId);
  return outcome([appendTo(run, data.runId, target, decide.writePostMortem(target.state, personId, data))]);
};
