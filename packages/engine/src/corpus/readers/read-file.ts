import type { DocumentFormat } from '@tsudoi/schema';
import { Rejection } from '@tsudoi/schema';
import { normaliseText } from '../document.ts';
import { MAX_MEMBER_BYTES, type SourceFile } from '../fetch/open-files.ts';
import { htmlToText } from './html.ts';
import { markdownText } from './markdown.ts';
import { roffToText } from './roff.ts';
import { decodeUtf8 } from './utf8.ts';

const toText: Record<Exclude<DocumentFormat, 'jsonl'>, (source: string) => string> = {
  roff: roffToText,
  html: htmlToText,
  markdown: markdownText,
  text: (source) => source,
  code: (source) => source,
};

/** Why a file, or a line of it, gave no document. */
export interface Unreadable {
  problem: 'not-utf8' | 'oversized' | 'empty';
  file: string;
  offset: number;
}
export type ReadResult = { text: string; path: string } | Unreadable;

/**
 * The documents of one file: one per file, or one per line of JSONL (`text` is read, other keys are dropped because
 * the source's own record says where a document comes from). A line of JSONL that is no object with a text throws
 * Rejection('input.invalid').
 */
export async function* readFile(file: SourceFile, format: DocumentFormat): AsyncGenerator<ReadResult> {
  if (format === 'jsonl') {
    yield* readJsonl(file);
    return;
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of file.chunks) {
    size += chunk.length;
    if (size > MAX_MEMBER_BYTES) {
      yield { problem: 'oversized', file: file.path, offset: MAX_MEMBER_BYTES };
      return;
    }
    parts.push(chunk);
  }
  const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  yield documentOf(bytes, file.path, 0, toText[format]);
}

function documentOf(
  bytes: Buffer,
  path: string,
  position: number,
  convert: (source: string) => string,
): ReadResult {
  const decoded = decodeUtf8(bytes);
  if ('badOffset' in decoded)
    return { problem: 'not-utf8', file: path, offset: position + decoded.badOffset };
  const text = normaliseText(convert(decoded.text)).toWellFormed();
  return text === '' ? { problem: 'empty', file: path, offset: position } : { text, path };
}

async function* readJsonl(file: SourceFile): AsyncGenerator<ReadResult> {
  let number = 0;
  let position = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if ('problem' in line) {
      yield line;
      return;
    }
    const path = `${file.path}:${number}`;
    if (line.bytes.length > 0) {
      const decoded = decodeUtf8(line.bytes);
      if ('badOffset' in decoded)
        yield { problem: 'not-utf8', file: path, offset: position + decoded.badOffset };
      else yield documentOf(Buffer.from(textOf(decoded.text, path)), path, position, (text) => text);
    }
    position += line.bytes.length + 1;
  }
}

function textOf(line: string, path: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string') {
      return value.text.toWellFormed();
    }
  } catch {
    // refused below, like a value of another shape
  }
  throw new Rejection('input.invalid', { field: path, problem: '{"text": "..."}' });
}

/** Lines as bytes, so that offsets are exact; a line beyond the bound ends the file. */
async function* linesOf(file: SourceFile): AsyncGenerator<{ bytes: Buffer } | Unreadable> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of file.chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      yield { bytes: parts.length === 1 ? parts[0] : Buffer.concat(parts) };
      parts = [];
      held = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > MAX_MEMBER_BYTES) {
      yield { problem: 'oversized', file: file.path, offset: MAX_MEMBER_BYTES };
      return;
    }
  }
  if (held > 0) yield { bytes: Buffer.concat(parts) };
}
