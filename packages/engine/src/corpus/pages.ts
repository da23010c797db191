// What a portal shows of a corpus: statistics, documents about it, search by reading, previews of filters. Loads no database and no
// native code, unlike the entry of the whole corpus pipeline.

export type { RuleCount, UnitTrace } from '../scale/tasks/filter.ts';
export type { ManifestStage } from './build/manifest.ts';
export { checkCorpusSettings } from './check-settings.ts';
export type { DecontaminationReport } from './decontaminate/decontaminate.ts';
export { type CorpusDocument, documentId } from './document.ts';
export { type ClusterSize, createClusterSizes, type RemovedLine } from './documentation/clusters.ts';
export type { DescribedCorpus, DescribedSource } from './documentation/described.ts';
export { documentsOf } from './documentation/documents-of.ts';
export { type Plot, plotsOf } from './documentation/plots.ts';
export { type CorpusStatistics, createStatistics } from './documentation/statistics.ts';
export { LabelError, parseLabels } from './filters/labels.ts';
export { japaneseOrigins } from './filters/origins-ja.ts';
export { filterPresets } from './filters/presets.ts';
export { type FilterPreview, type PreviewSample, previewFilters } from './filters/preview.ts';
export { filters } from './filters/registry.ts';
export type { ExactHit, RankedHit } from './search/open-index.ts';
export { type ScanResult, scanDocuments } from './search/scan.ts';
export { checkSettingsFiles } from './settings-files.ts';
