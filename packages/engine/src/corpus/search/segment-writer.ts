import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CorpusDocument } from '../document.ts';
import { createPostings } from './postings.ts';
import { sortSuffixes } from './suffix-array.ts';

/** Ends each document in the text of a segment; it occurs in no document and in no query. */
export const SEPARATOR = 0;
/** Every so many suffixes, their first units are kept where they can be held in memory. */
export const HEAD_STRIDE = 256;
export const HEAD_UNITS = 16;

export const segmentFiles = {
  text: 'text.u16',
  suffixes: 'suffixes.u32',
  heads: 'heads.u16',
  terms: 'terms.f64',
  lists: 'lists.leb128',
  starts: 'starts.u32',
  documents: 'documents.jsonl',
  table: 'table.u32',
  summary: 'segment.json',
} as const;

export const SegmentSummary = z.strictObject({
  /** Hash of inputs and settings; a segment of another key is of no use. */
  key: z.string(),
  documents: z.int(),
  /** UTF-16 code units, separators counted. */
  units: z.int(),
  suffixes: z.int(),
  terms: z.int(),
  /** Terms in all documents, repeats counted. */
  length: z.int(),
});
export type SegmentSummary = z.infer<typeof SegmentSummary>;

export interface IndexedDocument {
  id: string;
  path: string;
  sourceId: string;
  language: string;
  licence: string;
  url?: string;
}

/** Gathers documents until it is full, then sorts and writes them. Memory: about 20 bytes a code unit. */
export function createSegmentWriter(licenceOf: (document: CorpusDocument) => string) {
  const texts: string[] = [];
  const documents: IndexedDocument[] = [];
  const postings = createPostings();
  let units = 0;
  return {
    get units() {
      return units;
    },
    get documents() {
      return documents.length;
    },
    add(document: CorpusDocument) {
      const { id, path, sourceId, language, url } = document.meta;
      const text = document.text.replaceAll('\u0000', '\ufffd');
      texts.push(text);
      documents.push({
        ...{ id, path, sourceId, language, licence: licenceOf(document) },
        ...(url ? { url } : {}),
      });
      postings.add(text);
      units += text.length + 1;
    },
    /** Writes the segment beside `folder` and renames it, so that a folder that is there is whole. */
    async write(folder: string, key: string): Promise<SegmentSummary> {
      const text = new Uint16Array(units);
      const table = new Uint32Array(documents.length * 3);
      let at = 0;
      let line = 0;
      const lines = documents.map((document) => `${JSON.stringify(document)}\n`);
      const { lengths, ...inverted } = postings.finish();
      for (const [i, one] of texts.entries()) {
        table.set([at, line, lengths[i] as number], i * 3);
        for (let unit = 0; unit < one.length; unit++) text[at++] = one.charCodeAt(unit);
        text[at++] = SEPARATOR;
        line += Buffer.byteLength(lines[i] as string);
      }
      // Suffixes that begin with the separator sort first; nobody looks for them.
      const suffixes = sortSuffixes(text, 65_535).subarray(documents.length);
      const starts = new Uint32Array(inverted.terms.length * 2 + 1);
      for (let i = 0; i < inverted.terms.length; i++)
        starts.set([inverted.starts[i] as number, inverted.frequencies[i] as number], i * 2);
      starts[inverted.terms.length * 2] = inverted.lists.length;
      const summary: SegmentSummary = {
        ...{
          key,
          documents: documents.length,
          units,
          suffixes: suffixes.length,
          terms: inverted.terms.length,
        },
        length: lengths.reduce((sum, length) => sum + length, 0),
      };
      await rm(`${folder}.part`, { recursive: true, force: true });
      await mkdir(`${folder}.part`, { recursive: true });
      const put = (name: string, data: string | NodeJS.ArrayBufferView) =>
        writeFile(join(`${folder}.part`, name), data);
      await put(segmentFiles.text, text);
      await put(segmentFiles.suffixes, suffixes);
      await put(segmentFiles.heads, headsOf(text, suffixes));
      await put(segmentFiles.terms, inverted.terms);
      await put(segmentFiles.lists, inverted.lists);
      await put(segmentFiles.starts, starts);
      await put(segmentFiles.documents, lines.join(''));
      await put(segmentFiles.table, table);
      await put(segmentFiles.summary, `${JSON.stringify(summary)}\n`);
      await rm(folder, { recursive: true, force: true });
      await rename(`${folder}.part`, folder);
      return summary;
    },
  };
}

function headsOf(text: Uint16Array, suffixes: Int32Array): Uint16Array {
  const count = Math.ceil(suffixes.length / HEAD_STRIDE);
  const heads = new Uint16Array(count * HEAD_UNITS);
  for (let i = 0; i < count; i++) {
    const from = suffixes[i * HEAD_STRIDE] as number;
    heads.set(text.subarray(from, Math.min(from + HEAD_UNITS, text.length)), i * HEAD_UNITS);
  }
  return heads;
}
