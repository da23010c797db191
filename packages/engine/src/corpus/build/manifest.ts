import { DocumentFormat, Language, Location, Stats } from '@tsudoi/schema';
import { z } from 'zod';
import { Split } from '../mixing/split.ts';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().nonnegative();
/** Relative to the folder of corpus.json, forward slashes. */
const RelativePath = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w@.+-]+(\/[\w@.+-]+)*$/);

export const StageName = z.enum(['ingest', 'filter', 'paragraphs', 'dedup', 'decontaminate']);
export type StageName = z.infer<typeof StageName>;

/** One part of a source as it was fetched: the location, and the exact bytes it gave. */
export const ManifestPart = z.strictObject({
  location: Location,
  include: z.array(z.string()),
  format: DocumentFormat,
  language: Language,
  version: z.string(),
  sha256: Sha256,
  /** Bytes that were fetched. */
  bytes: Count,
  documents: Count,
});

export type ManifestPart = z.infer<typeof ManifestPart>;

export const ManifestSource = z.strictObject({
  id: z.string(),
  title: z.strictObject({ ja: z.string(), en: z.string() }),
  /** SPDX expression of the whole source; a document with a licence of its own has it in `meta.licence`. */
  licence: z.string(),
  /** Whom to name, in the words they ask for. */
  attribution: z.string(),
  homepage: z.string(),
  parts: z.array(ManifestPart),
});
export type ManifestSource = z.infer<typeof ManifestSource>;

/** Why documents left at a stage. Of an edit: how many documents it changed, none of which left. */
export const ManifestReason = z.strictObject({
  /** Filter, `exact` / `near` of deduplication, name of a test set, kind of unreadable file. */
  reason: z.string(),
  language: Language.nullable(),
  documents: Count,
  changed: Count,
  /** Bounds and parameters of a filter. */
  params: z.record(z.string(), z.number()),
  /** Word list of a filter over words. */
  list: z.string().nullable(),
  /** Where the measure and its threshold come from; empty where that makes no sense. */
  origin: z.string(),
});
export type ManifestReason = z.infer<typeof ManifestReason>;

const Amount = z.strictObject({ documents: Count, bytes: Count });

export const ManifestStage = z.strictObject({
  name: StageName,
  /** Documents and UTF-8 bytes of text before and after. */
  before: Amount,
  after: Amount,
  /** What left, in the order of the cascade. */
  reasons: z.array(ManifestReason),
  /** After the stage, by source. */
  bySource: z.record(z.string(), Amount),
  /** Further figures, such as clusters by size or lists without a word. */
  figures: Stats,
});
export type ManifestStage = z.infer<typeof ManifestStage>;

/** Exact counts of one group of documents; `tokens` include one end-of-text token a document. */
export const ManifestCount = z.strictObject({
  language: Language,
  source: z.string(),
  licence: z.string(),
  split: Split,
  documents: Count,
  /** Unicode code points. */
  characters: Count,
  bytes: Count,
  tokens: Count,
});
export type ManifestCount = z.infer<typeof ManifestCount>;

/** What a mixture took of one source and language. */
export const ManifestShare = z.strictObject({
  language: Language,
  source: z.string(),
  licence: z.string(),
  /** Tokens in the training split, and tokens the recipe asked for. */
  available: Count,
  wanted: Count,
  /** Documents and tokens in the shards, repeats counted. */
  documents: Count,
  tokens: Count,
  /** Tokens over available tokens. */
  epochs: z.number().nonnegative(),
});
export type ManifestShare = z.infer<typeof ManifestShare>;

export const ManifestShards = z.strictObject({
  /** Name of the mixture for training shards; null for a held-out split, which is one pair of files a language. */
  mixture: z.string().nullable(),
  split: Split,
  language: Language.nullable(),
  bin: RelativePath,
  idx: RelativePath,
  type: z.enum(['uint16', 'int32']),
  documents: Count,
  tokens: Count,
});

export const ManifestFile = z.strictObject({
  path: RelativePath,
  role: z.enum(['recipe', 'documents', 'removed', 'tokenizer', 'shards', 'training-recipe', 'report']),
  /** Source a file of documents belongs to, and stage that removed them. */
  source: z.string().nullable(),
  stage: StageName.nullable(),
  sha256: Sha256,
  bytes: Count,
  mediaType: z.string(),
});
export type ManifestFile = z.infer<typeof ManifestFile>;

/**
 * corpus.json, written last: its presence says that the folder is whole. It holds no time and no path of a machine, so
 * equal sources and an equal recipe give equal bytes.
 *
 * Files of role `documents` are JSONL.gz of {text, meta} with `meta.split`, one file a source; those of role `removed`
 * hold the documents that left at `stage`: with `trace` {filter, list, value, threshold} (filter), `repetition`
 * (paragraphs), `dedup` {keptId, reason, scope, jaccardEstimate} (dedup) or `contamination` {set, itemId} (decontaminate).
 */
export const CorpusManifest = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  title: z.strictObject({ ja: z.string(), en: z.string() }),
  description: z.strictObject({ ja: z.string(), en: z.string() }),
  recipe: z.strictObject({ path: RelativePath, sha256: Sha256 }),
  sources: z.array(ManifestSource),
  stages: z.array(ManifestStage),
  split: z.strictObject({ salt: z.string(), validation: z.number(), test: z.number(), pinned: Count }),
  /** One row per language, source, licence and split. */
  counts: z.array(ManifestCount),
  tokenizer: z.strictObject({
    path: RelativePath,
    sha256: Sha256,
    vocabSize: z.int().positive(),
    /** Characters per token on the validation split, by language. */
    charactersPerToken: z.record(z.string(), z.number()),
  }),
  mixtures: z.array(
    z.strictObject({
      name: z.string(),
      seed: z.int(),
      /** Tokens asked for; null where everything is taken. */
      budget: Count.nullable(),
      documents: Count,
      tokens: Count,
      shares: z.array(ManifestShare),
    }),
  ),
  shards: z.array(ManifestShards),
  files: z.array(ManifestFile),
});
export type CorpusManifest = z.infer<typeof CorpusManifest>;

export const manifestFile = 'corpus.json';
