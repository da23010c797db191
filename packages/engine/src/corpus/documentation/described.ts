import type { LicenceVerdict } from '@tsudoi/schema';
import type { ManifestStage } from '../build/manifest.ts';

export interface Bilingual {
  ja: string;
  en: string;
}

/** One source as the documents about a corpus name it. */
export interface DescribedSource {
  id: string;
  title: Bilingual;
  /** SPDX expression. */
  licence: string;
  /** Whom to name, in the words they ask for. */
  attribution: string;
  homepage: string;
  /** What was fetched, pinned by hash. */
  fetched: { location: string; version: string; sha256: string }[];
}

export interface DescribedFile {
  path: string;
  sha256: string;
  bytes: number;
  mediaType: string;
  /** JSONL.gz of {text, meta}, which readers of data sets are pointed to. */
  isDocuments: boolean;
}

/**
 * What the card, Croissant, SPDX and NOTICE say about a corpus, apart from what is counted in its text. Made from the
 * corpus.json of a build or from the manifest of a hub's artifact.
 */
export interface DescribedCorpus {
  name: string;
  title: Bilingual;
  description: Bilingual;
  /** Changes with every byte of the corpus: hex digits of a hash. */
  version: string;
  sources: DescribedSource[];
  stages: ManifestStage[];
  files: DescribedFile[];
  verdict: LicenceVerdict;
}
