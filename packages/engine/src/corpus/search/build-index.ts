import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@tsudoi/schema';
import { z } from 'zod';
import type { CorpusDocument } from '../document.ts';
import { readJsonlGz } from '../jsonl.ts';
import { createSegmentWriter, SegmentSummary, segmentFiles } from './segment-writer.ts';

export interface IndexInput {
  path: string;
  sha256: string;
}

export interface IndexOptions {
  /** A segment is closed with the document that brings it to this many UTF-16 code units. */
  segmentUnits?: number;
  /** The licence of a document that names none itself. */
  licenceOf: (sourceId: string) => string;
  progress?: (line: string) => void;
  signal?: AbortSignal;
}

export const indexFile = 'index.json';
const FORMAT = 1;
const DEFAULT_UNITS = 1 << 23;

export const IndexSummary = z.strictObject({
  format: z.literal(FORMAT),
  key: z.string(),
  segments: z.int(),
  documents: z.int(),
  units: z.int(),
  length: z.int(),
});
export type IndexSummary = z.infer<typeof IndexSummary>;

/** What an index is made of and how: equal keys mean equal bytes. */
export function indexKey(inputs: readonly IndexInput[], segmentUnits = DEFAULT_UNITS): string {
  const hashes = inputs.map(({ sha256 }) => sha256);
  return createHash('sha256')
    .update(canonicalJson({ format: FORMAT, segmentUnits, hashes }))
    .digest('hex');
}

/**
 * Builds the index of JSONL.gz files into `folder`, segment by segment. A segment that is there is not made again: a build
 * that was killed goes on behind the last whole one, and ends with the same bytes. Segments of other inputs are thrown away.
 * Memory is bounded by the size of a segment and of the largest document.
 */
export async function buildIndex(
  folder: string,
  inputs: readonly IndexInput[],
  options: IndexOptions,
): Promise<IndexSummary> {
  const { segmentUnits = DEFAULT_UNITS, licenceOf, progress, signal } = options;
  const key = indexKey(inputs, segmentUnits);
  await mkdir(folder, { recursive: true });
  const done = await wholeSegments(folder, key);
  let skip = done.reduce((sum, { documents }) => sum + documents, 0);
  if (skip > 0) progress?.(`${done.length} segments with ${skip} documents are there already`);

  const begin = () => createSegmentWriter(({ meta }) => meta.licence ?? licenceOf(meta.sourceId));
  let writer = begin();
  const close = async () => {
    done.push(await writer.write(join(folder, segmentName(done.length)), key));
    progress?.(`segment ${done.length}: ${writer.documents} documents, ${writer.units} units`);
    writer = begin();
  };
  for (const { path } of inputs) {
    for await (const document of readJsonlGz<CorpusDocument>(path)) {
      signal?.throwIfAborted();
      if (skip > 0) {
        skip -= 1;
        continue;
      }
      writer.add(document);
      if (writer.units >= segmentUnits) await close();
    }
  }
  if (writer.documents > 0 || done.length === 0) await close();
  const sum = (name: 'documents' | 'units' | 'length') => done.reduce((total, one) => total + one[name], 0);
  const summary: IndexSummary = {
    ...{ format: FORMAT, key, segments: done.length },
    ...{ documents: sum('documents'), units: sum('units'), length: sum('length') },
  };
  await writeFile(join(folder, `${indexFile}.part`), `${JSON.stringify(summary)}\n`);
  await rename(join(folder, `${indexFile}.part`), join(folder, indexFile));
  return summary;
}

export const segmentName = (index: number) => `segment-${`${index}`.padStart(5, '0')}`;

/** The unbroken run of segments of this key from the first on; whatever else lies there is removed. */
async function wholeSegments(folder: string, key: string): Promise<SegmentSummary[]> {
  await rm(join(folder, indexFile), { force: true });
  const found: SegmentSummary[] = [];
  for (;;) {
    const path = join(folder, segmentName(found.length), segmentFiles.summary);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) break;
    const parsed = SegmentSummary.safeParse(JSON.parse(text));
    if (!parsed.success || parsed.data.key !== key) break;
    found.push(parsed.data);
  }
  const kept = new Set(found.map((_, i) => segmentName(i)));
  for (const name of await readdir(folder))
    if (name.startsWith('segment-') && !kept.has(name)) await rm(join(folder, name), { recursive: true });
  return found;
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
