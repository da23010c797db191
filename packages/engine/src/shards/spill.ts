import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { TOKEN_BYTES } from './megatron-format.ts';
import type { ShardWriter } from './shard-writer.ts';
import { type Place, placeOf, readFully, type TokenFiles } from './token-files.ts';

/** Bytes of the output that are put in order in memory at once, and bytes in which files are read. */
export const RANGE_BYTES = 1 << 28;
const PIECE_BYTES = 1 << 22;
/** All buffers of the ranges together. */
const BUFFER_BYTES = 1 << 27;
const LEAST_BUFFER = 1 << 16;

/**
 * Writes documents in any order through a file in which each range of the output has a region of its own. Pass one reads the
 * tokens in order and appends every document to the regions it is wanted in; pass two loads a region, which holds its documents in the
 * order of the first files, and writes them in the order that is asked. Memory: one range, the buffers, 16 bytes an entry of `order`.
 */
export async function gatherInRanges(
  files: TokenFiles,
  order: Uint32Array,
  writer: ShardWriter,
  path: string,
  rangeBytes = RANGE_BYTES,
): Promise<void> {
  const size = TOKEN_BYTES[files.type];
  const bytesOf = (document: number) => (files.before[document + 1] - files.before[document]) * size;
  const ranges = cutRanges(order, bytesOf, rangeBytes);
  const byDocument = sortByDocument(order, files.before.length - 1);
  const file = openSync(path, 'wx+');
  try {
    fillRegions(file, files, order, byDocument, ranges);
    const offsets = offsetsInRegions(order, byDocument, ranges, bytesOf);
    for (let range = 0; range < ranges.length; range++) {
      const { from, to, start, bytes } = ranges[range];
      const region = new Uint8Array(bytes);
      readFully(file, region, bytes, start);
      for (let i = from; i < to; i++) {
        const waiting = writer.addBytes(region.subarray(offsets[i], offsets[i] + bytesOf(order[i])));
        if (waiting) await waiting;
      }
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** Entries [from, to) of the order and their region of the file. */
interface Range {
  from: number;
  to: number;
  start: number;
  bytes: number;
}

function cutRanges(order: Uint32Array, bytesOf: (document: number) => number, most: number): Range[] {
  const ranges: Range[] = [];
  let range: Range = { from: 0, to: 0, start: 0, bytes: 0 };
  for (const document of order) {
    const bytes = bytesOf(document);
    if (range.bytes > 0 && range.bytes + bytes > most) {
      ranges.push(range);
      range = { from: range.to, to: range.to, start: range.start + range.bytes, bytes: 0 };
    }
    range.to += 1;
    range.bytes += bytes;
  }
  ranges.push(range);
  return ranges;
}

/** The places of the order, by the number of the document that stands there (a counting sort, so equal ones keep their order). */
function sortByDocument(order: Uint32Array, documents: number): Uint32Array {
  const next = new Uint32Array(documents + 1);
  for (const document of order) next[document + 1] += 1;
  for (let i = 0; i < documents; i++) next[i + 1] += next[i];
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[next[order[i]]++] = i;
  return sorted;
}

/** Number of the range that an entry of the order falls in. */
function rangeOf(ranges: readonly Range[], entry: number): number {
  let [low, high] = [0, ranges.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ranges[middle].from <= entry) low = middle;
    else high = middle;
  }
  return low;
}

function offsetsInRegions(
  order: Uint32Array,
  byDocument: Uint32Array,
  ranges: readonly Range[],
  bytesOf: (document: number) => number,
): Uint32Array {
  const filled = new Float64Array(ranges.length);
  const offsets = new Uint32Array(order.length);
  for (const entry of byDocument) {
    const range = rangeOf(ranges, entry);
    offsets[entry] = filled[range];
    filled[range] += bytesOf(order[entry]);
  }
  return offsets;
}

function fillRegions(
  file: number,
  files: TokenFiles,
  order: Uint32Array,
  byDocument: Uint32Array,
  ranges: readonly Range[],
): void {
  const capacity = Math.max(LEAST_BUFFER, Math.min(PIECE_BYTES, Math.floor(BUFFER_BYTES / ranges.length)));
  const regions = ranges.map(({ start }) => createRegion(file, start, capacity));
  const reader = createReader(files);
  try {
    for (const entry of byDocument)
      regions[rangeOf(ranges, entry)].add(reader.read(placeOf(files, order[entry])));
    for (const region of regions) region.flush();
  } finally {
    reader.close();
  }
}

function createRegion(file: number, start: number, capacity: number) {
  const buffer = Buffer.allocUnsafe(capacity);
  let used = 0;
  let position = start;
  const write = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; )
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    position += bytes.length;
  };
  const flush = () => {
    write(buffer.subarray(0, used));
    used = 0;
  };
  return {
    flush,
    add(bytes: Uint8Array) {
      if (used + bytes.length > capacity) flush();
      if (bytes.length > capacity) return write(bytes);
      buffer.set(bytes, used);
      used += bytes.length;
    },
  };
}

/** Reads places in ascending order from large pieces. What it gives is good until the next call. */
function createReader({ paths }: TokenFiles) {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let [start, end] = [0, 0];
  let current = -1;
  let opened = -1;
  let size = 0;
  return {
    read({ file, at, bytes }: Place): Uint8Array {
      if (file !== current) {
        if (current >= 0) closeSync(opened);
        opened = openSync(paths[file], 'r');
        size = fstatSync(opened).size;
        [current, start, end] = [file, 0, 0];
      }
      if (at < start || at + bytes > end) {
        if (bytes > piece.length) piece = Buffer.allocUnsafe(bytes);
        [start, end] = [at, Math.min(size, at + piece.length)];
        readFully(opened, piece, end - start, start);
      }
      return piece.subarray(at - start, at - start + bytes);
    },
    close() {
      if (current >= 0) closeSync(opened);
    },
  };
}
