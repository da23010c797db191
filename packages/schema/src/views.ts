import type { Agreement, Answers, Category, ItemContent, SettleRule } from './annotation.ts';
import type { CreditEvidence, CreditRule } from './credit.ts';
import type { ReviewVerdict } from './events/source.ts';
import type { JobNote } from './job-notes.ts';
import type { LicenceReason, LicenceVerdict } from './licence-verdict.ts';
import type { Manifest } from './manifest.ts';
import type { HeldRole, Role } from './permissions.ts';
import type { JobKind, Needs, Recipe, RunCard } from './recipes.ts';
import type { RejectionValue } from './rejection.ts';
import type { ReleaseCheck, SafetyEvidence, SafetyVerdict } from './release.ts';
import type { DocumentFormat, Language, SourcePart, UseRights } from './source-part.ts';

/** What the hub's queries answer and the portal shows. Dates are ISO strings in UTC. */
export interface PersonRef {
  personId: string;
  displayName: string; // from the profile; an erased person reads as an empty name
}

export interface Viewer extends PersonRef {
  roles: { role: Role; groupId: string | null }[];
  groups: { groupId: string; slug: string; nameJa: string; nameEn: string }[];
  permissions: string[];
}

export interface TokenSummary {
  tokenId: string;
  label: string;
  scopes: string[];
  groupId: string | null;
  issuedAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  /** To the minute; null: never. */
  lastUsedAt: string | null;
}

/** One page of a list; `next` goes into the following question as `after`, and is null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A page, with how many rows of the whole list fall under each state or kind. */
export interface CountedPage<T> extends Page<T> {
  counts: Record<string, number>;
}

export interface GroupSummary {
  groupId: string;
  slug: string;
  nameJa: string;
  nameEn: string;
  memberCount: number;
  /** At most 100 of them. */
  members: PersonRef[];
}

/** A member of a working group, with the roles that count there. */
export interface GroupMember extends PersonRef {
  roles: Role[];
}

/** Somebody who is here now, with all roles and groups. */
export interface PersonSummary extends PersonRef {
  joinedAt: string;
  roles: HeldRole[];
  groups: { groupId: string; slug: string; nameJa: string; nameEn: string }[];
}

export type SourceState =
  | 'under-review'
  | 'changes-wanted'
  | 'accepted'
  | 'ingested'
  | 'in-corpus'
  | 'rejected'
  | 'withdrawn';

export interface SourceSummary {
  sourceId: string;
  titleJa: string;
  titleEn: string;
  licence: string;
  rights: UseRights;
  state: SourceState;
  proposer: PersonRef;
  accepts: number;
  quorum: number;
  languages: Language[];
  documents: number | null;
  bytes: number | null;
  proposedAt: string;
}

export interface SourceDetail extends SourceSummary {
  description: string;
  evidenceUrl: string;
  parts: SourcePart[];
  verdict: LicenceVerdict;
  refusedBy: LicenceReason | null;
  groupId: string | null;
  /** 1 for the proposal, one more for each revision; reviews of earlier rounds count no more. */
  round: number;
  reviews: { reviewer: PersonRef; verdict: ReviewVerdict; comment: string; at: string; round: number }[];
  evidence: { person: PersonRef; url: string; note: string; sha256: string | null; at: string }[];
  artifacts: ArtifactSummary[]; // made from this source, newest first
  jobs: JobSummary[];
  history: ActivityItem[];
}

export type JobState =
  | 'awaiting-start'
  | 'queued'
  | 'leased'
  | 'awaiting-end'
  | 'done'
  | 'failed'
  | 'cancelled';

export interface JobSummary {
  jobId: string;
  kind: JobKind;
  state: JobState;
  runId: string | null;
  /** Of its run, else of its source: where its supervisors are. Null: the whole hub. */
  groupId: string | null;
  sourceIds: string[];
  epoch: number;
  node: string | null;
  progress: number; // of the current lease, 0..1
  note: JobNote | null; // the newest of the current lease; of a finished job its last
  draftedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  needs: Needs;
}

export interface JobDetail extends JobSummary {
  recipe: Recipe;
  inputs: ArtifactSummary[];
  outputs: ArtifactSummary[];
  leases: {
    epoch: number;
    node: string;
    leasedAt: string;
    endedAt: string | null;
    outcome: 'running' | 'completed' | 'failed' | 'expired';
  }[];
  checkpoints: { step: number; epoch: number; size: number; at: string }[];
  failure: RejectionValue | null;
  expiresAt: string | null;
  traceId: string | null;
  history: ActivityItem[];
}

export type RunState = 'registered' | 'running' | 'completed' | 'failed' | 'abandoned';

export type AnnotationSetState = 'drawn-up' | 'open' | 'frozen';
export type AnnotationItemState = 'waiting' | 'disputed' | 'settled' | 'withdrawn';
export type ReleaseState = 'draft' | 'checked' | 'approved' | 'released' | 'withdrawn';

export interface RunSummary {
  runId: string;
  title: string;
  state: RunState;
  registeredBy: PersonRef;
  registeredAt: string;
  latest: Record<string, number>; // newest value of each metric series
  steps: number;
  step: number;
  modelArtifactId: string | null;
}

export interface RunDetail extends RunSummary {
  groupId: string | null;
  card: RunCard;
  sources: SourceSummary[];
  jobs: JobSummary[];
  evaluationArtifactId: string | null;
  evaluation: Record<string, number | string | boolean> | null; // stats of the evaluation artifact
  failure: RejectionValue | null;
  supersedes: string | null;
  abandonedBecause: string | null;
  postMortems: { person: PersonRef; summary: string; cause: string; lessons: string; at: string }[];
  history: ActivityItem[];
}

export interface MetricSeries {
  series: string;
  points: [step: number, value: number][]; // downsampled to min and max per column
}

export interface ArtifactSummary {
  artifactId: string;
  kind: string;
  title: string;
  bytes: number;
  files: number;
  runId: string | null;
  jobId: string;
  registeredAt: string;
  rights: UseRights;
  /** One of its sources was withdrawn: it is not given out any more. */
  withdrawn: boolean;
}

export interface ArtifactDetail extends ArtifactSummary {
  manifest: Manifest;
  producer: JobSummary;
  usedBy: ArtifactSummary[];
  evaluations: ArtifactSummary[]; // evaluation artifacts that took this one as input
}

export type LineageNode =
  | { id: string; kind: 'source'; title: string; titleEn: string; licence: string; state: SourceState }
  | { id: string; kind: 'artifact'; artifactKind: string; title: string; rights: UseRights };
/** Everything upstream of an artifact, back to its sources, and what was made from it. Edges point downstream. */
export interface Lineage {
  nodes: LineageNode[];
  edges: { from: string; to: string; jobId: string }[];
}

export interface ActivityItem {
  position: number;
  type: string;
  streamType: string;
  streamId: string;
  title: string; // of the source, run, artifact ... it is about, in the language it was given in
  titleEn: string; // English where the thing has two titles, else the same
  actor: PersonRef | null; // null: the hub itself
  node: string | null;
  at: string;
  traceId: string | null;
  data: Record<string, unknown>;
}

export interface HubStatus {
  position: number;
  publishedPosition: number;
  projections: { name: string; position: number; error: string | null }[];
  counts: {
    people: number;
    sources: number;
    jobsQueued: number;
    jobsRunning: number;
    artifacts: number;
    bytes: number;
  };
}

export interface TraceSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  service: string;
  name: string;
  startedAt: string;
  durationMs: number;
  error: boolean;
  attributes: Record<string, string | number | boolean>;
}

/** One line of the list of traces; `name` and `service` are those of the first span. */
export interface TraceSummary {
  traceId: string;
  name: string;
  service: string;
  startedAt: string;
  durationMs: number;
  spans: number;
  error: boolean;
}

export interface AnnotationSetSummary {
  setId: string;
  groupId: string | null;
  titleJa: string;
  titleEn: string;
  state: AnnotationSetState;
  reviewsPerItem: number;
  items: number;
  settled: number;
  /** Items that wait for an adjudication. */
  disputed: number;
  /** SPDX expression; null: was not asked when the set was drawn up. */
  licence: string | null;
  /** Readers are warned before they see a text. */
  sensitive: boolean;
  /** The newest frozen version; 0 as long as there is none. */
  version: number;
  /** Of that version. */
  agreement: Agreement[];
  /** How many items wait for a review by whoever asks; null for somebody who is not signed in. */
  forMe: number | null;
}

export interface AnnotationSetDetail extends AnnotationSetSummary {
  drawnUpBy: PersonRef;
  guideline: string;
  categories: Category[];
  settle: SettleRule;
  /** Over the items that all their reviewers have seen up to now. */
  agreementNow: Agreement[];
  versions: { version: number; items: number; agreement: Agreement[]; labelsHash: string; at: string }[];
}

/** An item as a reviewer gets it: nothing of what others thought of it. */
export interface ItemToReview {
  itemId: string;
  setId: string;
  content: ItemContent;
  expiresAt: string;
}

/** An item in the list of its set. Reviews and labels are there only once all reviews are in. */
export interface AnnotationItemRow {
  itemId: string;
  author: PersonRef;
  content: ItemContent;
  state: AnnotationItemState;
  wanted: number;
  reviewed: number;
  reviews: { reviewerId: string; answers: Answers; comment: string }[] | null;
  labels: Answers | null;
  /** Categories that the reviews did not settle; they stay named after the adjudication. */
  disputed: string[];
  adjudication: { adjudicatorId: string; reason: string } | null;
}

/** One item with the set that asks about it. */
export interface AnnotationItemDetail extends AnnotationItemRow {
  set: AnnotationSetDetail;
}

export interface ReleaseSummary {
  releaseId: string;
  groupId: string | null;
  slug: string;
  version: string;
  state: ReleaseState;
  artifactId: string;
  author: PersonRef;
  approvals: number;
  approvalsNeeded: number;
  draftedAt: string;
  releasedAt: string | null;
}

export interface ReleaseDetail extends ReleaseSummary {
  notesJa: string;
  notesEn: string;
  checks: ReleaseCheck[];
  safety: {
    assessorId: string;
    verdict: SafetyVerdict;
    statement: string;
    evidence: SafetyEvidence;
  } | null;
  approvedBy: PersonRef[];
  creditsHash: string | null;
  withdrawnBecause: string | null;
  /** Who worked on it, as the ledger stands now. */
  credits: { person: PersonRef; rules: Partial<Record<CreditRule, number>>; statements: string[] }[];
}

export interface CreditEntry {
  creditId: string;
  rule: CreditRule;
  evidence: CreditEvidence | null;
  statement: string;
  at: string;
  reversedAt: string | null;
  reversedBecause: string | null;
}

/** How much of what a person has done, over the whole hub or one working group. Reversed entries do not count. */
export interface CreditTotal {
  person: PersonRef;
  entries: number;
  rules: Partial<Record<CreditRule, number>>;
}

export interface WebhookSummary {
  webhookId: string;
  groupId: string | null;
  url: string;
  topics: string[];
  state: 'live' | 'paused';
  /** In a row, when it was paused; 0 of a paused one: by its owner. */
  failures: number;
  lastStatus: number | null;
  registeredAt: string;
  /** The last event that was delivered or passed over; null: nothing was yet. */
  position: number | null;
}

export interface SubscriptionSummary {
  subscriptionId: string;
  groupId: string | null;
  label: string;
  topics: string[];
  afterPosition: number;
  openedAt: string;
  /** Its user on NATS. */
  user: string;
  /** When its present secret was issued; null: none yet. */
  credentialAt: string | null;
  /** What the subscriber has acknowledged, noted every 15 seconds. */
  position: number;
}

/** Something that was made from a source. */
export interface Descendant {
  kind: 'artifact' | 'run' | 'release';
  id: string;
  title: string;
  state: string;
}

export type { DocumentFormat };
