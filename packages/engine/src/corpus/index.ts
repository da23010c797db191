// The corpus: documents, filters and their presets, deduplication, and the shards a model trains on.

export { type Batches, createBatches } from '../shards/batches.ts';
export { openShards, type Shards } from '../shards/open-shards.ts';
export type { TokenSource } from '../shards/token-source.ts';
export { type CorpusDocument, type DocumentMeta, documentId } from './document.ts';
export { type FetchedLocation, type FetchOptions, fetchLocation } from './fetch/fetch-location.ts';
export { describeLocation, type FetchLimits } from './fetch/limits.ts';
export { checkRules, filterNames, filterPresets } from './filters/presets.ts';
export { filters } from './filters/registry.ts';
export { readJsonlGz, writeJsonlGz } from './jsonl.ts';
