import { closeSync, fsyncSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createColumnWriter, createShardWriter, openShards, packShards } from '@tsudoi/engine/corpus';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';

const VOCAB = 97_024;
const BYTES = 4;
const PIECE = 1 << 22;
const UNITS = 8;

export const bench: Bench = {
  about: 'Megatron shards: MB/s written and synced against writing the same bytes to the same disk',
  async *cases(options) {
    const documents = makeDocuments(options.quick ? 12 : 64);
    yield writing(documents, options);
    const units = await layUnits(documents, options.scratch);
    for (const cached of [undefined, 0]) yield packing(documents, units, cached, options);
  },
};

/** Documents of a few to some thousand tokens, 700 in the mean, as the demo corpus has them. */
function makeDocuments(millions: number): Int32Array[] {
  const documents: Int32Array[] = [];
  let state = 1;
  for (let left = millions * 1e6; left > 0; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const length = Math.min(left, 1 + Math.floor(-700 * Math.log((state + 1) / 2 ** 32)));
    documents.push(Int32Array.from({ length }, (_, i) => ((i * 2654435761 + documents.length) % VOCAB) | 0));
    left -= length;
  }
  return documents.map((tokens) => tokens.map((token) => Math.abs(token)));
}

const tokensOf = (documents: readonly Int32Array[]) => documents.reduce((sum, each) => sum + each.length, 0);

function sync(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** The floor: the same number of bytes in pieces of 4 MiB, synced. */
function writeBytes(path: string, bytes: number): number {
  const piece = Buffer.alloc(PIECE, 0x5a);
  const began = performance.now();
  const file = openSync(path, 'w');
  for (let done = 0; done < bytes; done += PIECE) writeSync(file, piece, 0, Math.min(PIECE, bytes - done));
  fsyncSync(file);
  closeSync(file);
  return bytes / 1e3 / (performance.now() - began);
}

function common(bytes: number, scratch: string) {
  return {
    ...{ peer: 'the disk: write in 4 MiB pieces, fsync', unit: 'MB/s', better: 'more' as const },
    ...{ must: 0.5, aim: 0.8, floor: null },
    theirs: () => writeBytes(join(scratch, 'floor.bin'), bytes),
  };
}

function writing(documents: readonly Int32Array[], { scratch }: BenchOptions): BenchCase {
  const [idx, bin] = [join(scratch, 'written.idx'), join(scratch, 'written.bin')];
  const bytes = tokensOf(documents) * BYTES;
  return {
    case: 'tokens in memory to .bin and .idx, int32',
    ...common(bytes, scratch),
    async ours() {
      const began = performance.now();
      const writer = createShardWriter(idx, bin, VOCAB);
      for (const tokens of documents) await writer.add(tokens);
      await writer.close();
      for (const path of [bin, idx]) sync(path);
      return (bytes + statSync(idx).size) / 1e3 / (performance.now() - began);
    },
    verify: () => sameDocuments(idx, bin, documents),
  };
}

function sameDocuments(idx: string, bin: string, documents: readonly Int32Array[]): boolean {
  const shards = openShards(idx, bin);
  try {
    return (
      shards.documents === documents.length &&
      documents.every((tokens, i) => Buffer.compare(bytesOf(tokens), bytesOf(shards.document(i))) === 0)
    );
  } finally {
    shards.close();
  }
}

const bytesOf = (tokens: Int32Array) => Buffer.from(tokens.buffer, tokens.byteOffset, tokens.byteLength);

/** Eight folders as the task `tokenize` leaves them. */
async function layUnits(documents: readonly Int32Array[], scratch: string): Promise<string[]> {
  const units: string[] = [];
  for (let unit = 0; unit < UNITS; unit++) {
    const folder = join(scratch, `unit-${unit}`);
    mkdirSync(folder);
    units.push(folder);
    const writer = createShardWriter(join(folder, 'tokens.idx'), join(folder, 'tokens.bin'), VOCAB);
    const rows = createColumnWriter();
    for (let i = unit; i < documents.length; i += UNITS) {
      const tokens = documents[i] as Int32Array;
      await writer.add(tokens);
      rows.add({
        ...{ id: i.toString(16).padStart(16, '0'), split: 'train', language: 'ja', source: `s${unit}` },
        ...{ licence: 'MIT', characters: 1, bytes: 1, tokens: tokens.length },
      });
    }
    await writer.close();
    rows.close(join(folder, 'documents.col'));
  }
  return units;
}

/** They become one shard whose documents stand in a global shuffle. */
function packing(
  documents: readonly Int32Array[],
  units: readonly string[],
  cached: number | undefined,
  { scratch }: BenchOptions,
): BenchCase {
  const folder = join(scratch, 'packed');
  const bytes = tokensOf(documents) * BYTES;
  const mixtures = [
    { name: 'all', seed: 1, tokens: null, weights: {}, epochs: {}, shortage: 'shrink' as const },
  ];
  return {
    case: `${UNITS} files of tokens read, shuffled by document and written${cached === 0 ? ', through ranges of the output' : ''}, int32`,
    ...common(bytes, scratch),
    async ours() {
      const began = performance.now();
      await packShards({ units, mixtures, vocabSize: VOCAB, folder, cached, progress: () => undefined });
      for (const name of ['bin', 'idx']) sync(join(folder, `all/train.${name}`));
      return bytes / 1e3 / (performance.now() - began);
    },
    verify() {
      const shards = openShards(join(folder, 'all/train.idx'), join(folder, 'all/train.bin'));
      const sum = (all: Iterable<Int32Array>) => {
        let total = 0;
        for (const tokens of all) total = (total + tokens.length * 31 + (tokens[0] ?? 0)) % 2 ** 40;
        return total;
      };
      const packed = Array.from({ length: shards.documents }, (_, i) => shards.document(i));
      shards.close();
      return packed.length === documents.length && sum(packed) === sum(documents);
    },
    ...(cached === 0 && { must: 0.25, aim: 0.5 }),
    note:
      cached === 0
        ? 'As for corpora larger than memory: every byte is written and read twice, in order, so half of the disk is the floor.'
        : 'Includes reading the table of documents, choosing, and one random read a document.',
  };
}
