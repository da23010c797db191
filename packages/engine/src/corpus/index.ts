// The corpus: documents, filters and their presets, deduplication, and the shards a model trains on.

export { type Batches, createBatches } from '../shards/batches.ts';
export { openShards, type Shards } from '../shards/open-shards.ts';
export { createShardWriter } from '../shards/shard-writer.ts';
export type { TokenSource } from '../shards/token-source.ts';
export { type BuildOptions, type BuildResult, buildCorpus } from './build/build.ts';
export { createColumnWriter } from './build/document-columns.ts';
export { CorpusManifest, manifestFile } from './build/manifest.ts';
export { packShards } from './build/pack.ts';
export { CorpusRecipe, readCorpusRecipe } from './build/recipe.ts';
export {
  createDecontaminator,
  type DecontaminationReport,
  decontaminationDefaults,
  type TestItem,
} from './decontaminate/decontaminate.ts';
export { bandKeys, estimateJaccard, matchProbability } from './dedup/bands.ts';
export { createDeduplicator } from './dedup/deduplicator.ts';
export { applyShard } from './dedup/sharded/apply.ts';
export { groupShards } from './dedup/sharded/group.ts';
export { signShard } from './dedup/sharded/sign.ts';
export { createShingler } from './dedup/shingles.ts';
export { createSketcher } from './dedup/sketch.ts';
export { type CorpusDocument, type DocumentMeta, documentId } from './document.ts';
export { type FetchedLocation, type FetchOptions, fetchLocation } from './fetch/fetch-location.ts';
export { describeLocation, type FetchLimits } from './fetch/limits.ts';
export { type Cascade, type CascadeOptions, type CascadeResult, compileCascade } from './filters/cascade.ts';
export { checkRules, filterNames, filterPresets } from './filters/presets.ts';
export { type FilterPreview, type PreviewOptions, previewFilters } from './filters/preview.ts';
export { filters } from './filters/registry.ts';
export { wordListNames } from './filters/word-lists.ts';
export { readJsonlGz, writeJsonlGz } from './jsonl.ts';
export { MixtureSettings, planMixture } from './mixing/mixture.ts';
export { parsePinned, Split, SplitSettings, splitOf } from './mixing/split.ts';
export { createParagraphCounter, paragraphsOf } from './paragraphs/frequencies.ts';
export { removeRepeated, uzushioRepetition } from './paragraphs/repeated.ts';
