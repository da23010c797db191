import { normaliseText } from '../document.ts';
import { MAX_MEMBER_BYTES } from '../fetch/open-files.ts';
import { ByteReader, type Chunks } from './byte-reader.ts';
import { decodeText } from './encoding.ts';
import type { Cursor, ProblemCode } from './problem.ts';
import type { ReadResult } from './read-file.ts';

const NEWLINE = Buffer.from('\n');

/**
 * One document a line: its `text`, and its `url` or `meta.url` where there is one. Lines end at LF alone, since JSON strings may
 * hold U+2028. A line that is too long, not text, or no object with a text is reported, and the next line follows.
 */
export async function* readJsonl(path: string, chunks: Chunks, from: Cursor): AsyncGenerator<ReadResult> {
  const reader = new ByteReader(chunks);
  let record = from.record;
  try {
    await reader.skip(from.byte);
    for (;;) {
      const line = await reader.until(NEWLINE, MAX_MEMBER_BYTES);
      if (line === null) return;
      const place = { file: `${path}:${record + 1}`, record, offset: line.start };
      record += 1;
      const cursor = { record, byte: reader.position };
      const failed = (problem: ProblemCode, detail?: string): ReadResult => ({
        problem,
        detail,
        ...place,
        cursor,
      });
      if (line.bytes === null) {
        yield failed('oversized', `a line of more than ${MAX_MEMBER_BYTES} bytes`);
        continue;
      }
      if (isBlank(line.bytes)) continue;
      const decoded = decodeText(line.bytes);
      if ('badOffset' in decoded) {
        yield { ...failed('not-text'), offset: line.start + decoded.badOffset } as ReadResult;
        continue;
      }
      const value = parse(decoded.text);
      if (value === null) {
        yield failed(
          'broken',
          line.delimited ? 'not {"text": "..."}' : 'not {"text": "..."}; the file may be cut',
        );
        continue;
      }
      const text = normaliseText(value.text).toWellFormed();
      const encoding = decoded.encoding === 'utf-8' ? {} : { encoding: decoded.encoding };
      if (text === '') yield failed('empty');
      else yield { text, path: place.file, attributes: { ...value.attributes, ...encoding }, cursor };
    }
  } finally {
    await reader.close();
  }
}

const isBlank = (bytes: Buffer) => bytes.length === 0 || (bytes.length === 1 && bytes[0] === 13);

function parse(line: string): { text: string; attributes: { url?: string } } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string')
    return null;
  const meta: unknown = 'meta' in value ? value.meta : value;
  const url = [value, meta]
    .map((each) => (typeof each === 'object' && each !== null && 'url' in each ? each.url : null))
    .find((each) => typeof each === 'string');
  return { text: value.text, attributes: url ? { url: url as string } : {} };
}
