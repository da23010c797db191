import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical.ts';
import { ArtifactId, JobId, RunId, Sha256, SourceId } from './ids.ts';
import { LicenceVerdict } from './licence-verdict.ts';
import { Recipe } from './recipes.ts';

export const ArtifactKind = z.enum([
  'documents', // ingested, as JSONL.gz of {text, meta}
  'filtered-documents', // kept and dropped documents with their filter trace
  'signatures', // tables of band keys, for deduplication in ranks
  'duplicates', // what each source loses by deduplication
  'corpus', // deduplicated across sources
  'tokenizer',
  'token-shards',
  'model',
  'evaluation',
]);
export type ArtifactKind = z.infer<typeof ArtifactKind>;

export const ArtifactFile = z.strictObject({
  /** Relative, forward slashes, no dot segments. */
  path: z
    .string()
    .regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w.-]+(\/[\w.-]+)*$/)
    .max(200),
  sha256: Sha256,
  size: z.int().nonnegative(),
  mediaType: z.string().max(100),
});
export type ArtifactFile = z.infer<typeof ArtifactFile>;

/** Counts and measures a stage reports: flat, so that tables and charts can show them without knowing the stage. */
export const Stats = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));
export type Stats = z.infer<typeof Stats>;

/** What a worker hands in for one output of its job. */
export const ArtifactDraft = z.strictObject({
  kind: ArtifactKind,
  title: z.string().min(1).max(200),
  files: z.array(ArtifactFile).min(1).max(1000),
  stats: Stats,
});
export type ArtifactDraft = z.infer<typeof ArtifactDraft>;

export const Manifest = ArtifactDraft.extend({
  inputs: z.array(ArtifactId),
  sourceIds: z.array(SourceId),
  jobId: JobId,
  runId: RunId.nullable(),
  recipe: Recipe,
  codeCommit: z.string(),
  licence: LicenceVerdict,
});
export type Manifest = z.infer<typeof Manifest>;

export function artifactIdOf(manifest: Manifest): string {
  return `art_${createHash('sha256').update(canonicalJson(manifest)).digest('hex').slice(0, 32)}`;
}
