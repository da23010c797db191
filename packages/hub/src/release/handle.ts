import type { SafetyEvidence } from '@tsudoi/schema';
import { annotationSet } from '../annotation/set.ts';
import { artifact } from '../artifact/artifact.ts';
import { appendTo, load } from '../command/aggregate.ts';
import { type CommandContext, type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import { run } from '../run/run.ts';
import { source } from '../source/source.ts';
import type { CheckFacts } from './checks.ts';
import { creditLines, creditsHash } from './credits.ts';
import * as decide from './decide.ts';
import { lineageJobs } from './lineage-jobs.ts';
import { type ReleaseState, release } from './release.ts';

export const draftRelease: Handler<'release.draft'> = async (context, data) => {
  const { releaseId, groupId, artifactId, slug, version } = data;
  const target = await loadTarget(context, release, releaseId);
  await requireGroup(context, groupId);
  const { manifest } = (await load(context, artifact, artifactId)).state;
  const [row] = await context.tx<{ holder: string }[]>`
    insert into release_name as held (slug, version, release_id) values (${slug}, ${version}, ${releaseId})
    on conflict (slug, version) do update set release_id = held.release_id returning release_id as holder`;
  const facts = {
    artifactExists: manifest !== null,
    nameTaken: row.holder !== releaseId,
    approvalsNeeded: context.reviewQuorum,
  };
  const events = decide.draft(target.state, personOf(context.actor), data, facts);
  return outcome([appendTo(release, releaseId, target, events)]);
};

export const assessSafety: Handler<'release.assessSafety'> = async (context, data) => {
  const target = await loadTarget(context, release, data.releaseId);
  const { artifactId } = decide.requireDrafted(target.state, data.releaseId);
  const evidenceIsRelated = await isRelated(context, artifactId, data.evidence);
  const events = decide.assessSafety(target.state, personOf(context.actor), data, { evidenceIsRelated });
  return outcome([appendTo(release, data.releaseId, target, events)]);
};

export const checkRelease: Handler<'release.check'> = async (context, { releaseId }) => {
  const target = await loadTarget(context, release, releaseId);
  const events = decide.check(target.state, releaseId, await checkFacts(context, target.state, releaseId));
  return outcome([appendTo(release, releaseId, target, events)]);
};

export const approveRelease: Handler<'release.approve'> = async (context, data) => {
  const target = await loadTarget(context, release, data.releaseId);
  const events = decide.approve(target.state, personOf(context.actor), data);
  return outcome([appendTo(release, data.releaseId, target, events)]);
};

export const publishRelease: Handler<'release.publish'> = async (context, { releaseId }) => {
  const target = await loadTarget(context, release, releaseId);
  const { artifactId, groupId } = decide.requireDrafted(target.state, releaseId);
  const checked = await checkFacts(context, target.state, releaseId);
  const jobIds = await lineageJobs(context, artifactId);
  const lines = await creditLines(context.tx, { releaseId, groupId, jobIds, manifest: checked.manifest });
  const facts = { ...checked, creditedPeople: lines.length, creditsHash: creditsHash(lines) };
  const events = decide.publish(target.state, personOf(context.actor), releaseId, facts);
  return outcome([appendTo(release, releaseId, target, events)]);
};

export const withdrawRelease: Handler<'release.withdraw'> = async (context, data) => {
  const target = await loadTarget(context, release, data.releaseId);
  const events = decide.withdraw(target.state, personOf(context.actor), data);
  return outcome([appendTo(release, data.releaseId, target, events)]);
};

async function checkFacts(
  context: CommandContext,
  state: ReleaseState,
  releaseId: string,
): Promise<CheckFacts> {
  const { artifactId } = decide.requireDrafted(state, releaseId);
  const manifest = (await load(context, artifact, artifactId)).state.manifest!; // it was there when it was drafted
  const runPhase = manifest.runId ? (await load(context, run, manifest.runId)).state.phase : null;
  for (const sourceId of manifest.sourceIds) {
    const { phase } = (await load(context, source, sourceId)).state;
    if (phase === 'withdrawn') return { manifest, runPhase, withdrawnSource: sourceId };
  }
  return { manifest, runPhase, withdrawnSource: null };
}

/** An evaluation that took the artifact as input, or a version of an annotation set that was frozen. */
async function isRelated(
  context: CommandContext,
  artifactId: string,
  evidence: SafetyEvidence,
): Promise<boolean> {
  if (evidence.kind === 'annotation-set') {
    const { version } = (await load(context, annotationSet, evidence.setId)).state;
    return evidence.version <= version;
  }
  const { manifest } = (await load(context, artifact, evidence.artifactId)).state;
  return manifest?.kind === 'evaluation' && manifest.inputs.includes(artifactId);
}
