import type { DedupSettings } from '@tsudoi/schema';
import type { z } from 'zod';
import type { CorpusDocument } from '../../document.ts';
import { bandKeys, packSketch } from '../bands.ts';
import { createShingler } from '../shingles.ts';
import { createSketcher } from '../sketch.ts';
import {
  bandsFile,
  type DocumentRow,
  documentsFile,
  sourceKey,
  writeBands,
  writeDocuments,
} from './tables.ts';

export type SketchSettings = Pick<z.infer<typeof DedupSettings>, 'ngram' | 'buckets' | 'rows' | 'seed'>;

/**
 * First of three steps: signs the documents of one shard and writes its two tables into `folder`. Shards know nothing
 * of each other, so any number of them may be signed at once. Memory: about 600 bytes a document of the shard.
 */
export async function signShard(
  documents: AsyncIterable<CorpusDocument> | Iterable<CorpusDocument>,
  { folder, shard, settings }: { folder: string; shard: number; settings: SketchSettings },
): Promise<{ documents: number; bytes: number }> {
  const { buckets, rows } = settings;
  const shingle = createShingler(settings.ngram);
  const sketch = createSketcher(buckets * rows, settings.seed);
  const table: DocumentRow[] = [];
  let keys = { high: new Int32Array(1024 * buckets), low: new Int32Array(1024 * buckets) };
  let pool = new Uint8Array(0);
  let used = 0;
  let bytes = 0;
  for await (const { text, meta } of documents) {
    const at = table.length * buckets;
    if (at === keys.high.length) keys = { high: doubled(keys.high), low: doubled(keys.low) };
    const values = sketch(shingle(text, meta.language));
    bandKeys(values, rows, keys.high, keys.low, at);
    if (used === pool.length) {
      pool = new Uint8Array(SKETCHES_AT_ONCE * values.length);
      used = 0;
    }
    packSketch(values, pool, used);
    const packed = pool.subarray(used, used + values.length);
    used += values.length;
    table.push({ id: meta.id, path: meta.path, source: meta.sourceId, length: text.length, sketch: packed });
    bytes += Buffer.byteLength(text);
  }
  const sources = Int32Array.from(table, (row) => sourceKey(row.source));
  await writeBands(bandsFile(folder, shard), {
    ...{ shard, buckets, documents: table.length, ...keys },
    sourceKey: sources,
  });
  await writeDocuments(documentsFile(folder, shard), shard, table);
  return { documents: table.length, bytes };
}

const SKETCHES_AT_ONCE = 4096;

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
