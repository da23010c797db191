import { z } from 'zod';
import { Sha256 } from './ids.ts';
import { Language } from './source-part.ts';

/** A file besides the inputs of a job that decides bytes of its result; its bytes are in the object store. */
export const UploadedFile = z.strictObject({
  sha256: Sha256,
  size: z.int().positive(),
  fileName: z.string().min(1).max(200),
});
export type UploadedFile = z.infer<typeof UploadedFile>;

export const FilterRule = z.strictObject({
  filter: z.string(),
  params: z.record(z.string(), z.number()),
  /** The word list that a filter over words looks for. */
  list: z.string().optional(),
});
export type FilterRule = z.infer<typeof FilterRule>;

/** Thresholds of Uzushio's two filters on paragraph frequencies, as in its published cascade for corpus v2. */
export const RepetitionSettings = z.strictObject({
  /** A run of at least `count` paragraphs of which each was seen more than `frequency` times is cut out. */
  runs: z.strictObject({ count: z.int().min(1), frequency: z.int().min(1) }),
  /** A document is dropped when even the paragraph at this percentile of near frequency was seen more than `expected` times. */
  documents: z.strictObject({ expected: z.number().min(1), percentile: z.number().min(0).max(1) }),
});
export type RepetitionSettings = z.infer<typeof RepetitionSettings>;

/** A cascade over the documents of a run, behind the rules that every source went through. */
export const CascadeSettings = z.strictObject({
  rules: z.array(FilterRule).min(1).max(200),
  /** Word lists that stand in for built-in ones, by name: UTF-8, one word a line. */
  lists: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), UploadedFile).optional(),
  /** Good text for the filter `perplexity`: one text a line. */
  quality: UploadedFile.optional(),
});

/** Test sets that no training document may hold: JSONL of {set, id, language, query, label}. */
export const DecontaminationSets = z.strictObject({
  sets: z.array(UploadedFile).min(1).max(50),
  /** Length of an n-gram in words (English and code) and in characters (Japanese). */
  words: z.int().min(2).max(100),
  characters: z.int().min(4).max(300),
});

/** What a run does to the filtered documents of its sources before they become its corpus. */
export const CorpusSettings = z.strictObject({
  /** The sources are shared out over so many jobs, at most one a source. The result is the same for any number. */
  ranks: z.int().min(1).max(100),
  filter: CascadeSettings.optional(),
  decontaminate: DecontaminationSets.optional(),
  paragraphs: RepetitionSettings.optional(),
});
export type CorpusSettings = z.infer<typeof CorpusSettings>;

/** What stands before the pieces: specials, runs of spaces, then the newline and 256 bytes. LLM-jp's has 289 entries. */
export const TokenizerHead = z.strictObject({
  specials: z.array(z.string().min(1)).min(1).max(1000),
  spaceRuns: z.int().min(1).max(64),
});

export const TokenizerPartition = z.strictObject({
  language: Language,
  pieces: z.int().min(10).max(1_000_000),
  maxPieceLength: z.int().min(1).max(64),
  characterCoverage: z.number().gt(0.9).max(1),
  /** What becomes of the space before a piece in the merge: `all` for Japanese, which was cut into words. */
  stripSpaces: z.enum(['all', 'symbols', 'none']),
});

/** A vocabulary as LLM-jp's v2: a Unigram model per language, merged behind a head, all scores re-estimated. */
export const PartitionedTokenizer = z.strictObject({
  method: z.literal('partitioned'),
  partitions: z
    .array(TokenizerPartition)
    .min(1)
    .max(3)
    .refine((parts) => new Set(parts.map(({ language }) => language)).size === parts.length, {
      error: 'a language stands there twice',
    }),
  head: TokenizerHead,
  /** Score of the head's entries; null takes what the text says. */
  headScore: z.number().max(0).nullable(),
  epochs: z.int().min(1).max(20),
  /** At most this much text of each partition. */
  sampleBytes: z.int().positive(),
});
