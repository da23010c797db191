import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readList } from './postings.ts';
import {
  HEAD_STRIDE,
  HEAD_UNITS,
  type IndexedDocument,
  SEPARATOR,
  SegmentSummary,
  segmentFiles,
} from './segment-writer.ts';
import type { Term } from './terms.ts';

/** Positions [low, high) of the sorted suffixes. */
export interface Range {
  low: number;
  high: number;
}

export interface Segment {
  summary: SegmentSummary;
  /** The suffixes that begin with all of `pattern`. */
  find(pattern: Uint16Array): Range;
  /** How much of `pattern` from `from` on stands verbatim in the segment, in code units. */
  longest(pattern: Uint16Array, from: number): number;
  /** Positions in the text of the suffixes at the places [low, high) of the order. */
  positionsAt(low: number, high: number): Uint32Array;
  /** Document a position of the text stands in, and where in it. */
  documentAt(position: number): { document: number; offset: number };
  /** Position in the text where a document begins. */
  startOf(document: number): number;
  describe(document: number): IndexedDocument;
  /** Terms in a document. */
  lengthOf(document: number): number;
  /** Text around a position, without crossing into a neighbouring document. */
  around(position: number, before: number, after: number): { before: string; text: string };
  /** How many documents have a term. */
  documentsWith(term: Term): number;
  forEachWith(term: Term, visit: (document: number, frequency: number) => void): void;
  close(): void;
}

/** Opens a segment. In memory: its document table (12 bytes a document) and one eighth of a byte for each code unit. */
export function openSegment(folder: string): Segment {
  const path = (name: keyof typeof segmentFiles) => join(folder, segmentFiles[name]);
  const summary = SegmentSummary.parse(JSON.parse(readFileSync(path('summary'), 'utf8')));
  const heads = asUint16(readFileSync(path('heads')));
  const table = asUint32(readFileSync(path('table')));
  const files = {
    text: openSync(path('text'), 'r'),
    suffixes: openSync(path('suffixes'), 'r'),
    terms: openSync(path('terms'), 'r'),
    starts: openSync(path('starts'), 'r'),
    lists: openSync(path('lists'), 'r'),
    documents: openSync(path('documents'), 'r'),
  };
  const small = Buffer.alloc(8);
  const chunk = Buffer.alloc(256);

  const positionsAt = (low: number, high: number): Uint32Array => {
    const positions = new Uint32Array(Math.max(0, high - low));
    readSync(files.suffixes, positions, 0, positions.byteLength, low * 4);
    return positions;
  };
  const positionAt = (place: number) => positionsAt(place, place + 1)[0] as number;
  const unitsAt = (position: number, count: number): Uint16Array => {
    const bytes = Buffer.alloc(Math.max(0, Math.min(count, summary.units - position)) * 2);
    readSync(files.text, bytes, 0, bytes.length, position * 2);
    return asUint16(bytes);
  };

  /** Order of the suffix at `position` against pattern[from…], and how many units they share. */
  const compare = (
    position: number,
    pattern: Uint16Array,
    from: number,
  ): { sign: number; shared: number } => {
    const length = pattern.length - from;
    let shared = 0;
    while (shared < length) {
      const wanted = Math.min(chunk.length / 2, length - shared);
      const got = readSync(files.text, chunk, 0, wanted * 2, (position + shared) * 2) / 2;
      for (let i = 0; i < got; i++, shared++) {
        const difference = chunk.readUInt16LE(i * 2) - (pattern[from + shared] as number);
        if (difference !== 0) return { sign: difference, shared };
      }
      if (got < wanted) return { sign: -1, shared };
    }
    return { sign: 0, shared };
  };

  /** As `compare` by the kept first units of every 256th suffix; null where they do not decide. */
  const compareHead = (index: number, pattern: Uint16Array, from: number): number | null => {
    const length = Math.min(HEAD_UNITS, pattern.length - from);
    for (let i = 0; i < length; i++) {
      const difference = (heads[index * HEAD_UNITS + i] as number) - (pattern[from + i] as number);
      if (difference !== 0) return difference;
    }
    return length === pattern.length - from ? 0 : null;
  };

  /** First place whose suffix is not before pattern[from…], or past all that begin with it when `past` is set. */
  const boundary = (pattern: Uint16Array, from: number, past: boolean): number => {
    const isBefore = (sign: number) => sign < 0 || (past && sign === 0);
    let low = 0;
    let high = heads.length / HEAD_UNITS;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const sign =
        compareHead(middle, pattern, from) ?? compare(positionAt(middle * HEAD_STRIDE), pattern, from).sign;
      if (isBefore(sign)) low = middle + 1;
      else high = middle;
    }
    const start = Math.max(0, low - 1) * HEAD_STRIDE;
    const positions = positionsAt(start, Math.min(low * HEAD_STRIDE, summary.suffixes));
    let first = 0;
    let last = positions.length;
    while (first < last) {
      const middle = (first + last) >>> 1;
      if (isBefore(compare(positions[middle] as number, pattern, from).sign)) first = middle + 1;
      else last = middle;
    }
    return start + first;
  };

  const documentAt = (position: number) => {
    let low = 0;
    let high = summary.documents - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((table[middle * 3] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return { document: low, offset: position - (table[low * 3] as number) };
  };

  const termPlace = (term: Term): number | null => {
    let low = 0;
    let high = summary.terms - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      readSync(files.terms, small, 0, 8, middle * 8);
      const found = small.readDoubleLE(0);
      if (found === term) return middle;
      if (found < term) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  };
  const listOf = (place: number) => {
    const bytes = Buffer.alloc(12);
    readSync(files.starts, bytes, 0, 12, place * 8);
    return { start: bytes.readUInt32LE(0), frequency: bytes.readUInt32LE(4), end: bytes.readUInt32LE(8) };
  };

  return {
    summary,
    positionsAt,
    documentAt,
    find: (pattern) => ({ low: boundary(pattern, 0, false), high: boundary(pattern, 0, true) }),
    longest(pattern, from) {
      const place = boundary(pattern, from, false);
      const shared = (at: number) =>
        at < 0 || at >= summary.suffixes ? 0 : compare(positionAt(at), pattern, from).shared;
      return Math.max(shared(place), shared(place - 1));
    },
    describe(document) {
      const start = table[document * 3 + 1] as number;
      const end = table[document * 3 + 4] ?? fstatSync(files.documents).size;
      const bytes = Buffer.alloc(end - start);
      const got = readSync(files.documents, bytes, 0, bytes.length, start);
      return JSON.parse(bytes.toString('utf8', 0, got)) as IndexedDocument;
    },
    startOf: (document) => table[document * 3] as number,
    lengthOf: (document) => table[document * 3 + 2] as number,
    around(position, before, after) {
      const { document, offset } = documentAt(position);
      const start = position - Math.min(before, offset);
      const stop = (table[document * 3 + 3] ?? summary.units) - 1;
      return {
        before: textOf(unitsAt(start, position - start)),
        text: textOf(unitsAt(position, Math.min(after, stop - position))),
      };
    },
    documentsWith(term) {
      const place = termPlace(term);
      return place === null ? 0 : listOf(place).frequency;
    },
    forEachWith(term, visit) {
      const place = termPlace(term);
      if (place === null) return;
      const { start, end } = listOf(place);
      const bytes = Buffer.alloc(end - start);
      readSync(files.lists, bytes, 0, bytes.length, start);
      readList(bytes, visit);
    },
    close() {
      for (const file of Object.values(files)) closeSync(file);
    },
  };
}

/** Code units of a query; the separator stands in no document, so it can match nothing. */
export function unitsOf(text: string): Uint16Array {
  const clean = text.replaceAll(String.fromCharCode(SEPARATOR), '\ufffd');
  return Uint16Array.from({ length: clean.length }, (_, i) => clean.charCodeAt(i));
}

const textOf = (units: Uint16Array) => String.fromCharCode(...units).toWellFormed();

const asUint16 = (bytes: Buffer) => new Uint16Array(new Uint8Array(bytes).buffer);
const asUint32 = (bytes: Buffer) => new Uint32Array(new Uint8Array(bytes).buffer);
