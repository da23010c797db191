import {
  type ArtifactDraft,
  type CommandData,
  type CreditRule,
  deterministicId,
  type RecordedEvent,
  type Verification,
} from '@tsudoi/schema';
import { difference } from '../job/compare-results.ts';

export type CreditGrant = CommandData<'credit.grant'>;

/** What has to be remembered of earlier events to credit a later one. Folded from the log, and nothing else. */
export interface CreditMemory {
  sources: Map<string, { proposerId: string; groupId: string | null; reviewerIds: Set<string> }>;
  sets: Map<string, string | null>;
  items: Map<string, string>;
  runs: Map<string, { personId: string; groupId: string | null }>;
  /** Open jobs: who holds the lease, and what was reported so far. */
  jobs: Map<string, OpenJob>;
  releases: Map<string, string | null>;
}

interface OpenJob {
  groupId: string | null;
  verification: Verification;
  leasedTo: string | null;
  reported: { epoch: number; personId: string; outputs: readonly ArtifactDraft[] }[];
  /** The lease whose result counts, once one does. */
  accepted: number | null;
}

export function emptyCreditMemory(): CreditMemory {
  return {
    sources: new Map(),
    sets: new Map(),
    items: new Map(),
    runs: new Map(),
    jobs: new Map(),
    releases: new Map(),
  };
}

/**
 * The entries that one event earns. Work is credited when it was accepted and not when it was done, each piece once:
 * the id of an entry follows from rule, person and stream, so a reactor that runs twice grants nothing twice.
 */
export function creditsFor(memory: CreditMemory, recorded: RecordedEvent): CreditGrant[] {
  const { event, streamType, streamId, position } = recorded;
  const grant = (rule: Exclude<CreditRule, 'statement'>, personId: string, groupId: string | null) => ({
    creditId: deterministicId('credit', rule, personId, streamId),
    personId,
    groupId,
    rule,
    evidence: { streamType, streamId, position },
  });
  switch (event.type) {
    case 'SourceProposed': {
      const { sourceId, proposerId, groupId } = event.data;
      memory.sources.set(sourceId, { proposerId, groupId, reviewerIds: new Set() });
      return [];
    }
    case 'SourceReviewed':
      memory.sources.get(event.data.sourceId)?.reviewerIds.add(event.data.reviewerId);
      return [];
    case 'SourceAccepted':
    case 'SourceRejected': {
      const source = memory.sources.get(event.data.sourceId);
      if (!source) return [];
      const reviewers = [...source.reviewerIds].map((id) => grant('source-reviewed', id, source.groupId));
      if (event.type === 'SourceRejected') return reviewers;
      return [grant('source-accepted', source.proposerId, source.groupId), ...reviewers];
    }
    case 'AnnotationSetDrawnUp':
      memory.sets.set(event.data.setId, event.data.groupId);
      return [];
    case 'ItemDrawnUp':
      memory.items.set(event.data.itemId, event.data.authorId);
      return [];
    case 'ReviewsRevealed': {
      const { itemId, setId, reviews } = event.data;
      const groupId = memory.sets.get(setId) ?? null;
      const author = memory.items.get(itemId);
      const written = author ? [grant('item-written', author, groupId)] : [];
      return [...written, ...reviews.map(({ reviewerId }) => grant('item-reviewed', reviewerId, groupId))];
    }
    case 'ItemAdjudicated': {
      const groupId = memory.sets.get(event.data.setId) ?? null;
      return [grant('item-adjudicated', event.data.adjudicatorId, groupId)];
    }
    case 'RunRegistered': {
      const { runId, personId, groupId } = event.data;
      memory.runs.set(runId, { personId, groupId });
      return [];
    }
    case 'RunCompleted': {
      const run = memory.runs.get(event.data.runId);
      return run ? [grant('run-completed', run.personId, run.groupId)] : [];
    }
    case 'ReleaseDrafted':
      memory.releases.set(event.data.releaseId, event.data.groupId);
      return [];
    case 'SafetyAssessed': {
      const groupId = memory.releases.get(event.data.releaseId) ?? null;
      return [grant('safety-assessed', event.data.assessorId, groupId)];
    }
    default:
      return creditsForJob(memory, recorded, (personId, groupId) => grant('job-done', personId, groupId));
  }
}

/** Whoever lent a machine is credited once the result was verified: its maker, and those who reproduced it. */
function creditsForJob(
  memory: CreditMemory,
  { event }: RecordedEvent,
  grant: (personId: string, groupId: string | null) => CreditGrant,
): CreditGrant[] {
  if (event.type === 'JobDrafted') {
    const { jobId, runId, sourceIds, verification } = event.data;
    const groupId = runId ? memory.runs.get(runId)?.groupId : memory.sources.get(sourceIds[0])?.groupId;
    const nothing = { leasedTo: null, reported: [], accepted: null };
    memory.jobs.set(jobId, { groupId: groupId ?? null, verification, ...nothing });
    return [];
  }
  if (!('jobId' in event.data)) return [];
  const job = memory.jobs.get(event.data.jobId);
  if (!job) return [];
  switch (event.type) {
    case 'JobLeased':
      job.leasedTo = event.data.personId;
      return [];
    case 'JobResultReported':
      job.reported.push(event.data);
      return [];
    case 'JobSentBack':
    case 'JobRetried':
      job.reported = [];
      return [];
    case 'JobCompleted':
      job.accepted = event.data.epoch;
      return [];
    case 'JobVerified':
      memory.jobs.delete(event.data.jobId);
      return ownersOf(job).map((personId) => grant(personId, job.groupId));
    default:
      return [];
  }
}

/** Whoever made the result that counts or reported the same; a result that differs earns nothing. */
function ownersOf({ reported, accepted, verification, leasedTo }: OpenJob): string[] {
  const counts = reported.find(({ epoch }) => epoch === accepted);
  if (!counts) return leasedTo === null ? [] : [leasedTo];
  const same = reported.filter((one) => difference(one.outputs, counts.outputs, verification) === null);
  return [...new Set(same.map(({ personId }) => personId))];
}
