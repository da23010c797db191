import type { ArtifactKind, JobKind, JobNote, RecipeOf, Stats } from '@tsudoi/schema';

/** An artifact that the worker has downloaded and checked: the local path of each of its files by name. */
export interface InputArtifact {
  artifactId: string;
  kind: ArtifactKind;
  stats: Stats;
  sourceIds: string[];
  /** File name in the manifest -> absolute local path. */
  files: Record<string, string>;
}

export interface OutputFile {
  /** Name inside the artifact (relative, forward slashes). */
  path: string;
  localPath: string;
  mediaType: string;
}

export interface StageOutput {
  kind: ArtifactKind;
  title: string;
  files: OutputFile[];
  stats: Stats;
}

/** A training checkpoint: one local safetensors file that `step` steps are contained in. */
export interface Checkpoint {
  step: number;
  localPath: string;
}

/**
 * What a stage may see and do. It reads its inputs, writes below `outDir`, reports, and nothing else: the worker
 * owns the network. An expected failure is thrown as a `Rejection`; aborting `signal` stops it at the next document or step.
 */
export interface StageContext {
  inputs: InputArtifact[];
  /** Uploaded files that the recipe names (a source's own, word lists, test sets): SHA-256 -> absolute local path. */
  uploads: Record<string, string>;
  outDir: string;
  threads: number;
  signal: AbortSignal;
  /** Fraction in [0, 1] and what is being done; the last note stays with the finished job. */
  progress(fraction: number, note: JobNote): void;
  /** Points of time series, e.g. loss by step; kept outside the event log. */
  metrics(points: { series: string; step: number; value: number }[]): void;
  /** The newest checkpoint of an earlier lease of the same job, if there is one. */
  resumeFrom: Checkpoint | null;
  /** Hands a checkpoint to the worker; resolves when it is safe in the object store. */
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
}

export type Stage<K extends JobKind> = (recipe: RecipeOf<K>, context: StageContext) => Promise<StageOutput[]>;
