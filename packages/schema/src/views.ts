import type { ReviewVerdict } from './events/source.ts';
import type { JobNote } from './job-notes.ts';
import type { LicenceReason, LicenceVerdict } from './licence-verdict.ts';
import type { Manifest } from './manifest.ts';
import type { Role } from './permissions.ts';
import type { JobKind, Needs, Recipe, RunCard } from './recipes.ts';
import type { RejectionValue } from './rejection.ts';
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
}

/** One page of a list; `next` goes into the following question as `after`, and is null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface GroupSummary {
  groupId: string;
  slug: string;
  nameJa: string;
  nameEn: string;
  members: PersonRef[];
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
  reviews: { reviewer: PersonRef; verdict: ReviewVerdict; comment: string; at: string }[];
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
  card: RunCard;
  sources: SourceSummary[];
  jobs: JobSummary[];
  evaluationArtifactId: string | null;
  evaluation: Record<string, number | string | boolean> | null; // stats of the evaluation artifact
  failure: RejectionValue | null;
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

export type { DocumentFormat };
