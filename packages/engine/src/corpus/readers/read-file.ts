import type { DocumentFormat } from '@tsudoi/schema';
import { normaliseText } from '../document.ts';
import { MAX_MEMBER_BYTES, type SourceFile } from '../fetch/open-files.ts';
import { ByteReader } from './byte-reader.ts';
import { decompress, UNPACK_BOUNDS, withoutCompression } from './decompress.ts';
import { declaredInHtml, decodeText } from './encoding.ts';
import { htmlToText } from './html.ts';
import { readJsonl } from './jsonl.ts';
import { lyxToText } from './lyx.ts';
import { markdownText } from './markdown.ts';
import { readMediaWiki } from './mediawiki.ts';
import { openParquetFile, parquetBytes, readParquet } from './parquet.ts';
import { type Cursor, ReadProblem, type Unreadable } from './problem.ts';
import { roffToText } from './roff.ts';
import { readWarc, type WarcRecord } from './warc.ts';
import { wikitextToText } from './wikitext.ts';

type WholeFile = Exclude<DocumentFormat, 'jsonl' | 'parquet' | 'warc' | 'mediawiki'>;

const toText: Record<WholeFile, (source: string) => string> = {
  roff: roffToText,
  html: htmlToText,
  markdown: markdownText,
  text: (source) => source,
  code: (source) => source,
};

/** LyX documents are text too, and known by their names. */
const converterFor = (format: WholeFile, path: string) =>
  format === 'text' && path.endsWith('.lyx') ? lyxToText : toText[format];

/** What a record says about its text. */
export interface Attributes {
  url?: string;
  title?: string;
  /** SPDX identifier found in the text's tree. */
  licence?: string;
  /** The encoding that was converted; absent for UTF-8. */
  encoding?: string;
}

export interface ReadDocument {
  text: string;
  path: string;
  attributes: Attributes;
  /** Where reading goes on after this document. */
  cursor: Cursor;
}
export type ReadResult = ReadDocument | Unreadable;

export const START: Cursor = { record: 0, byte: 0 };

/**
 * The documents of one file from a cursor on, in order: one per file, or one per record of JSONL, Parquet, WARC/WET and MediaWiki
 * dumps. Compression is taken off by its first bytes. Memory is bounded by the largest record allowed (32 MiB; for Parquet one row
 * group's text). A record that cannot be read is given as `Unreadable` and the next one follows; where nothing can follow (a
 * cut file, a bomb) that is the last result. Every result says where to go on, so a reader that was stopped loses and doubles nothing.
 */
export async function* readFile(
  file: SourceFile,
  format: DocumentFormat,
  from: Cursor = START,
): AsyncGenerator<ReadResult> {
  const at = { ...from };
  try {
    for await (const result of recordsOf(file, format, from)) {
      Object.assign(at, result.cursor);
      yield result;
    }
  } catch (error) {
    if (!(error instanceof ReadProblem)) throw error;
    const { problem, message } = error;
    yield { problem, file: file.path, record: at.record, offset: at.byte, detail: message, cursor: at };
  }
}

function recordsOf(file: SourceFile, format: DocumentFormat, from: Cursor): AsyncGenerator<ReadResult> {
  const path = withoutCompression(file.path);
  switch (format) {
    case 'parquet':
      return parquetDocuments(file, from);
    case 'jsonl':
      return readJsonl(path, decompress(file.chunks, file.bounds), from);
    case 'warc':
      return warcDocuments(path, file, from);
    case 'mediawiki':
      return wikiDocuments(path, file, from);
    default:
      return wholeFile(path, file, converterFor(format, path), format === 'html', from);
  }
}

async function* wholeFile(
  path: string,
  file: SourceFile,
  convert: (source: string) => string,
  html: boolean,
  from: Cursor,
): AsyncGenerator<ReadResult> {
  if (from.record > 0) return;
  const reader = new ByteReader(
    decompress(file.chunks, file.bounds ?? { ...UNPACK_BOUNDS, maxBytes: 8 * MAX_MEMBER_BYTES }),
  );
  const bytes = await reader.rest(MAX_MEMBER_BYTES);
  const cursor = { record: 1, byte: reader.position };
  if (bytes === null) yield { problem: 'oversized', file: path, record: 0, offset: 0, cursor };
  else
    yield documentOf(
      bytes,
      path,
      START,
      cursor,
      convert,
      html ? 'html' : '',
      file.licence ? { licence: file.licence } : {},
    );
}

/** `declared` is the encoding a header named; 'html' asks the page itself. */
export function documentOf(
  bytes: Buffer,
  path: string,
  start: Cursor,
  cursor: Cursor,
  convert: (source: string) => string,
  declared = '',
  attributes: Attributes = {},
): ReadResult {
  const decoded = decodeText(bytes, declared === 'html' ? declaredInHtml(bytes) : declared);
  const place = { file: path, record: start.record, cursor };
  if ('badOffset' in decoded)
    return { problem: 'not-text', offset: start.byte + decoded.badOffset, ...place };
  const text = normaliseText(convert(decoded.text)).toWellFormed();
  if (text === '') return { problem: 'empty', offset: start.byte, ...place };
  const encoding = decoded.encoding === 'utf-8' ? {} : { encoding: decoded.encoding };
  return { text, path, attributes: { ...attributes, ...encoding }, cursor };
}

async function* warcDocuments(path: string, file: SourceFile, from: Cursor): AsyncGenerator<ReadResult> {
  for await (const record of readWarc(decompress(file.chunks, file.bounds), MAX_MEMBER_BYTES, from)) {
    const { start, next } = record;
    if ('oversized' in record) yield tooLarge(path, start, next, record.oversized);
    else {
      const convert = converterOf(record);
      if (!convert) continue;
      const declared = record.charset || (convert === htmlToText ? declaredInHtml(record.body) : '');
      yield documentOf(record.body, `${path}:${start.record + 1}`, start, next, convert, declared, {
        url: record.uri,
      });
    }
  }
}

function converterOf({ type, contentType }: WarcRecord): ((source: string) => string) | null {
  if (type === 'conversion' || contentType === 'text/plain') return (text) => text;
  return /^(?:text\/html|application\/xhtml\+xml)$/.test(contentType) ? htmlToText : null;
}

async function* wikiDocuments(path: string, file: SourceFile, from: Cursor): AsyncGenerator<ReadResult> {
  for await (const page of readMediaWiki(decompress(file.chunks, file.bounds), MAX_MEMBER_BYTES, from)) {
    const { start, next } = page;
    if ('oversized' in page) yield tooLarge(path, start, next, page.oversized);
    else {
      const text = normaliseText(wikitextToText(page.source)).toWellFormed();
      const place = { cursor: next };
      if (text === '')
        yield {
          problem: 'empty',
          file: `${path}:${page.id}`,
          record: start.record,
          offset: start.byte,
          ...place,
        };
      else yield { text, path: `${path}:${page.id}`, attributes: { title: page.title }, ...place };
    }
  }
}

async function* parquetDocuments(file: SourceFile, from: Cursor): AsyncGenerator<ReadResult> {
  const opened = await openParquet(file);
  try {
    for await (const { text: raw, url, row } of readParquet(opened.buffer, from.record)) {
      const cursor = { record: row + 1, byte: 0 };
      const text = normaliseText(raw.toWellFormed());
      if (text === '') yield { problem: 'empty', file: file.path, record: row, offset: 0, cursor };
      else yield { text, path: `${file.path}:${row + 1}`, attributes: url ? { url } : {}, cursor };
    }
  } finally {
    await opened.close();
  }
}

async function openParquet(file: SourceFile) {
  if (file.localPath) return openParquetFile(file.localPath);
  const bytes = await new ByteReader(file.chunks).rest(MAX_MEMBER_BYTES);
  if (bytes === null) throw new ReadProblem('oversized', `more than ${MAX_MEMBER_BYTES} bytes`);
  return { buffer: parquetBytes(bytes), close: () => Promise.resolve() };
}

function tooLarge(file: string, start: Cursor, cursor: Cursor, bytes: number): Unreadable {
  const detail = `${bytes} bytes, at most ${MAX_MEMBER_BYTES}`;
  return { problem: 'oversized', file, record: start.record, offset: start.byte, detail, cursor };
}
