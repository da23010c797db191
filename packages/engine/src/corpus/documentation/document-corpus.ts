import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CorpusManifest, manifestFile } from '../build/manifest.ts';
import type { CorpusDocument } from '../document.ts';
import { readJsonlGz } from '../jsonl.ts';
import { createClusterSizes, type RemovedLine } from './clusters.ts';
import type { CroissantOptions } from './croissant.ts';
import { documentsOf } from './documents-of.ts';
import { describedFromManifest } from './from-manifest.ts';
import { licenceIds, licenceText } from './licence-texts.ts';
import { type CorpusStatistics, createStatistics } from './statistics.ts';

/** A folder that no finished build wrote; its message is one line. */
export class CorpusFolderError extends Error {
  override readonly name = 'CorpusFolderError';
}

export interface OpenCorpus {
  manifest: CorpusManifest;
  /** Of corpus.json itself. */
  sha256: string;
}

/** Reads corpus.json of a build's folder. @throws CorpusFolderError */
export async function openCorpus(folder: string): Promise<OpenCorpus> {
  const path = join(folder, manifestFile);
  const bytes = await readFile(path).catch(() => {
    throw new CorpusFolderError(`${path} is missing; name the folder that "corpus -- build" finished`);
  });
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new CorpusFolderError(`${path} is no JSON; build the corpus again`);
  }
  const parsed = CorpusManifest.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CorpusFolderError(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return { manifest: parsed.data, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export interface DocumentOptions extends CroissantOptions {
  /** Where to write; the folder of the corpus itself is usual, since addresses are relative to it. */
  out: string;
  progress?: (line: string) => void;
}

/**
 * Counts the documents of a build's folder in one pass and writes the cards, Croissant, SPDX, NOTICE, licence texts,
 * statistics and plots. Every file is written beside and renamed. @returns the paths written, and the counts
 */
export async function documentCorpus(
  folder: string,
  options: DocumentOptions,
): Promise<{ files: string[]; statistics: CorpusStatistics }> {
  const { manifest, sha256 } = await openCorpus(folder);
  const licences = new Map(manifest.sources.map(({ id, licence }) => [id, licence]));
  const counted = createStatistics((sourceId) => licences.get(sourceId) ?? 'NOASSERTION');
  const clusters = createClusterSizes();
  for (const { path, role, stage } of manifest.files) {
    if (role === 'documents') {
      options.progress?.(`counting ${path}`);
      for await (const document of readJsonlGz<CorpusDocument>(join(folder, path))) counted.add(document);
    }
    if (role === 'removed' && stage === 'dedup') {
      for await (const line of readJsonlGz<RemovedLine>(join(folder, path))) clusters.add(line);
    }
  }
  options.progress?.('measuring perplexity');
  const statistics = counted.finish();
  const corpus = describedFromManifest(manifest, sha256);
  const files = documentsOf({ corpus, statistics, clusters: clusters.finish() }, options);
  for (const id of licenceIds([...corpus.verdict.expressions, ...Object.keys(statistics.licences)])) {
    const text = await licenceText(id);
    if (text !== null) files.set(`LICENSES/${id}.txt`, text);
  }
  for (const [path, text] of files) await writeWhole(join(options.out, path), text);
  return { files: [...files.keys()].sort(), statistics };
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}
