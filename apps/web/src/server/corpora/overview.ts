import {
  type ClusterSize,
  type CorpusDocument,
  type CorpusStatistics,
  createClusterSizes,
  createStatistics,
  type DescribedCorpus,
  type DescribedSource,
  type RemovedLine,
} from '@tsudoi/engine/corpus/pages';
import { artifactDetail, sourceDetail } from '@tsudoi/hub';
import { type Manifest, Rejection } from '@tsudoi/schema';
import { hub } from '../hub.ts';
import { processWide } from '../process-wide.ts';
import { fileNamed, isReadable, type Reading, readLines } from './read-lines.ts';
import { withRefined } from './refined.ts';
import { remembered } from './remembered.ts';
import { dedupStage, filterStage, paragraphStage, type RemovedExample } from './stages.ts';

export interface Duplicate {
  path: string;
  keptPath: string;
  reason: 'exact' | 'near';
  /** Absent from corpora made before version 0.2. */
  scope?: 'source' | 'across';
  jaccardEstimate: number;
}

/** What was counted in the documents themselves. */
export interface Counted {
  statistics: CorpusStatistics;
  clusters: ClusterSize[];
  duplicates: Duplicate[];
  /** False where reading stopped at a limit: the counts are of the part before it. */
  complete: boolean;
}

export interface Overview {
  corpus: DescribedCorpus;
  examples: RemovedExample[];
  /** Null for a corpus too large to be read for a page. */
  counted: Counted | null;
}

const DUPLICATES = 20;
const PERPLEXITY_DOCUMENTS = 120;
const REMEMBERED = 16;

/** Everything the page of a corpus shows. @throws Rejection artifact.unknown, also for what is no corpus */
export const corpusOverview = processWide('corpus-overviews', () => remembered(REMEMBERED, makeOverview));

async function makeOverview(artifactId: string): Promise<Overview> {
  const { manifest, title } = await corpusManifest(artifactId);
  const inputs = await deduplicatedDocuments(manifest);
  const refined = inputs.filter(({ recipe }) => recipe.kind === 'refine');
  const filtered = refined.length > 0 ? await manifestsOf(refined.flatMap((rank) => rank.inputs)) : inputs;
  const removed = await filterStage(filtered);
  const sources = await Promise.all(manifest.sourceIds.map((id) => describedSource(id, filtered)));
  const corpus: DescribedCorpus = {
    ...{ name: artifactId, title: { ja: title, en: title }, description: { ja: '', en: '' } },
    ...{ version: artifactId.replace(/^art_/, '').slice(0, 16), sources, verdict: manifest.licence },
    stages: [
      ...(await withRefined(removed.stage, refined)),
      ...paragraphStage(manifest),
      dedupStage(manifest),
    ],
    files: manifest.files.map(({ path, sha256, size, mediaType }) => ({
      ...{ path, sha256, bytes: size, mediaType },
      isDocuments: path === 'documents.jsonl.gz',
    })),
  };
  const licences = new Map(sources.map(({ id, licence }) => [id, licence]));
  const counted = await count(manifest, (id) => licences.get(id) ?? 'NOASSERTION');
  return { corpus, examples: removed.examples, counted };
}

const manifestsOf = (ids: readonly string[]): Promise<Manifest[]> =>
  Promise.all([...new Set(ids)].map(async (id) => (await artifactDetail(hub(), id)).manifest));

/** What went into the deduplication, whether one job did it or ranks whose parts the corpus was joined from. */
async function deduplicatedDocuments({ inputs }: Pick<Manifest, 'inputs'>): Promise<Manifest[]> {
  const documents = (await manifestsOf(inputs)).filter(({ kind }) => kind === 'filtered-documents');
  const parts = documents.filter(({ recipe }) => recipe.kind === 'dedup-apply');
  if (parts.length === 0) return documents;
  return deduplicatedDocuments({ inputs: parts.flatMap((part) => part.inputs) });
}

/** A source with what its ingest job fetched, which the job reported part by part. */
async function describedSource(sourceId: string, filtered: Manifest[]): Promise<DescribedSource> {
  const { titleJa, titleEn, licence, evidenceUrl } = await sourceDetail(hub(), sourceId);
  const ids = filtered
    .filter(({ sourceIds }) => sourceIds.includes(sourceId))
    .flatMap(({ inputs }) => inputs);
  const documents = await manifestsOf(ids);
  return {
    ...{ id: sourceId, title: { ja: titleJa, en: titleEn }, licence, attribution: '', homepage: evidenceUrl },
    fetched: documents.flatMap(({ stats }) => fetchedParts(stats)),
  };
}

function fetchedParts(stats: Manifest['stats']): DescribedSource['fetched'] {
  const parts = new Map<string, DescribedSource['fetched'][number]>();
  for (let part = 1; `part${part}.location` in stats; part++) {
    const text = (name: string) => `${stats[`part${part}.${name}`] ?? ''}`;
    const fetched = { location: text('location'), version: text('version'), sha256: text('sha256') };
    parts.set(`${fetched.location} ${fetched.sha256}`, fetched);
  }
  return [...parts.values()];
}

export async function corpusManifest(artifactId: string): Promise<{ manifest: Manifest; title: string }> {
  const artifact = await artifactDetail(hub(), artifactId);
  if (artifact.kind !== 'corpus') throw new Rejection('artifact.unknown', { artifactId });
  return artifact;
}

async function count(manifest: Manifest, licenceOf: (id: string) => string): Promise<Counted | null> {
  const documents = fileNamed(manifest, 'documents.jsonl.gz');
  if (!isReadable(documents)) return null;
  const statistics = createStatistics(licenceOf, { perplexityDocuments: PERPLEXITY_DOCUMENTS });
  const reading: Reading = { complete: false };
  for await (const document of readLines<CorpusDocument>(documents, reading)) statistics.add(document);
  const clusters = createClusterSizes();
  const duplicates: Duplicate[] = [];
  const removed = fileNamed(manifest, 'removed.jsonl.gz');
  const rest: Reading = { complete: true };
  if (isReadable(removed)) {
    for await (const line of readLines<RemovedLine & Duplicate>(removed, rest)) {
      clusters.add(line);
      const { path, keptPath, reason, scope, jaccardEstimate } = line;
      if (duplicates.length < DUPLICATES) duplicates.push({ path, keptPath, reason, scope, jaccardEstimate });
    }
  }
  return {
    ...{ statistics: statistics.finish(), clusters: clusters.finish(), duplicates },
    complete: reading.complete && rest.complete,
  };
}
