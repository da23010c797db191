import type { Checkpoint, InputArtifact, StageOutput } from '@tsudoi/engine/stages';
import type { JobNote, Recipe, RejectionValue } from '@tsudoi/schema';

export interface MetricPoint {
  series: string;
  step: number;
  value: number;
}

/** What a stage's thread is given to start with. */
export interface StageTask {
  recipe: Recipe;
  inputs: InputArtifact[];
  uploads: Record<string, string>;
  outDir: string;
  threads: number;
  resumeFrom: Checkpoint | null;
}

export type FromStage =
  | { type: 'progress'; fraction: number; note: JobNote }
  | { type: 'metrics'; points: MetricPoint[] }
  | { type: 'checkpoint'; checkpoint: Checkpoint }
  | { type: 'done'; outputs: StageOutput[] }
  | { type: 'rejected'; rejection: RejectionValue }
  | { type: 'crashed'; message: string; stack: string };

export type ToStage =
  | { type: 'abort' }
  | { type: 'checkpoint-saved'; step: number }
  | { type: 'checkpoint-lost'; step: number; message: string };
