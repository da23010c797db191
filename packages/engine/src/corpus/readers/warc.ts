import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { ByteReader, type Chunks } from './byte-reader.ts';
import { type Cursor, ReadProblem } from './problem.ts';

/** One record of a WARC or WET file with the body of what was fetched. */
export interface WarcRecord {
  type: 'response' | 'resource' | 'conversion';
  uri: string;
  date: string;
  /** Of the HTTP response, or of the record; lower case, without parameters. */
  contentType: string;
  charset: string;
  body: Buffer;
  /** Of this record. */
  start: Cursor;
  /** Of the next one. */
  next: Cursor;
}

/** A record that was passed over for its size. */
export interface PassedOver {
  oversized: number;
  start: Cursor;
  next: Cursor;
}

const END_OF_HEADER = Buffer.from('\r\n\r\n');
const MAX_HEADER = 64 * 1024;

/**
 * The records of a WARC/1.0 or 1.1 stream (ISO 28500), already decompressed, that hold text somebody fetched: HTTP responses
 * with status 200, resources, and the conversions of WET files. All others are passed over. Begins at `from`.
 * @throws ReadProblem truncated, broken
 */
export async function* readWarc(
  chunks: Chunks,
  maxBody: number,
  from: Cursor = { record: 0, byte: 0 },
): AsyncGenerator<WarcRecord | PassedOver> {
  const reader = new ByteReader(chunks);
  let record = from.record;
  try {
    await reader.skip(from.byte);
    for (;;) {
      const start = { record, byte: reader.position };
      const head = await reader.until(END_OF_HEADER, MAX_HEADER);
      if (head === null) return;
      const text = head.bytes?.toString('utf8') ?? '';
      if (head.bytes && text.trim() === '') continue; // the blank lines behind a record
      if (!head.delimited) throw new ReadProblem('truncated', 'in the header of a record');
      if (!/^\s*WARC\/1\.[01]\r?\n/.test(text)) throw new ReadProblem('broken', 'no WARC/1.x header here');
      const fields = headerFields(text);
      const length = Number(fields.get('content-length'));
      if (!Number.isSafeInteger(length) || length < 0)
        throw new ReadProblem('broken', 'a record without Content-Length');
      record += 1;
      const wanted = isWanted(fields);
      if (!wanted || length > maxBody) {
        await reader.skip(length);
        if (wanted) yield { oversized: length, start, next: { record, byte: reader.position } };
        continue;
      }
      const found = openRecord(fields, await reader.exactly(length), maxBody);
      if (found) yield { ...found, start, next: { record, byte: reader.position } };
    }
  } finally {
    await reader.close();
  }
}

type Fields = Map<string, string>;

function headerFields(text: string): Fields {
  const fields: Fields = new Map();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

function isWanted(fields: Fields): boolean {
  const type = fields.get('warc-type') ?? '';
  return type === 'response' || type === 'resource' || type === 'conversion';
}

function openRecord(
  fields: Fields,
  block: Buffer,
  maxBody: number,
): Omit<WarcRecord, 'start' | 'next'> | null {
  const type = fields.get('warc-type') as WarcRecord['type'];
  const about = {
    type,
    uri: (fields.get('warc-target-uri') ?? '').replace(/^<|>$/g, ''),
    date: fields.get('warc-date') ?? '',
  };
  const isHttp = type === 'response' && /^application\/http/i.test(fields.get('content-type') ?? '');
  if (!isHttp) return { ...about, ...mediaType(fields.get('content-type') ?? ''), body: block };
  const end = block.indexOf(END_OF_HEADER);
  const head = block.toString('latin1', 0, end < 0 ? Math.min(block.length, MAX_HEADER) : end);
  if (end < 0 || !/^HTTP\/\d(?:\.\d)? 200\b/.test(head)) return null;
  const http = headerFields(head);
  const body = contentOf(block.subarray(end + END_OF_HEADER.length), http, maxBody);
  return body && { ...about, ...mediaType(http.get('content-type') ?? ''), body };
}

function mediaType(value: string): { contentType: string; charset: string } {
  return {
    contentType: (value.split(';')[0] ?? '').trim().toLowerCase(),
    charset: /charset\s*=\s*["']?([\w-]+)/i.exec(value)?.[1] ?? '',
  };
}

/** The body with its transfer and content codings taken off; null where it is damaged or unpacks beyond the bound. */
function contentOf(raw: Buffer, http: Fields, maxOutputLength: number): Buffer | null {
  const body = /chunked/i.test(http.get('transfer-encoding') ?? '') ? dechunk(raw) : raw;
  const coding = (http.get('content-encoding') ?? '').toLowerCase();
  // Common Crawl keeps the header but stores the body decoded, so the coding is believed only if the bytes agree.
  try {
    if (/gzip/.test(coding) && body[0] === 0x1f && body[1] === 0x8b)
      return gunzipSync(body, { maxOutputLength });
    if (coding === 'deflate' && ((body[0] ?? 0) & 0x0f) === 8) return inflateSync(body, { maxOutputLength });
    if (coding === 'br') return brotliDecompressSync(body, { maxOutputLength });
    return body;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' || coding !== 'br' ? null : body;
  }
}

/** RFC 9112 section 7.1; bytes that are not chunked after all are given as they are. */
function dechunk(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    const head = end < 0 || end - at > 100 ? '' : raw.toString('latin1', at, end);
    const size = Number.parseInt(/^\s*([\da-f]+)/i.exec(head)?.[1] ?? '', 16); // no sign: it would lead back
    if (Number.isNaN(size)) return parts.length === 0 ? raw : Buffer.concat(parts);
    if (size === 0) return Buffer.concat(parts);
    parts.push(raw.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
