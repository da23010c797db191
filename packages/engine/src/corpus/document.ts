import { createHash } from 'node:crypto';
import type { DocumentFormat, Language } from '@tsudoi/schema';

export interface DocumentMeta {
  /** First 16 hex digits of the SHA-256 of the text. */
  id: string;
  sourceId: string;
  /** Path inside the package; for a line of a JSONL file, path and line number. */
  path: string;
  language: Language;
  format: DocumentFormat;
  package: string;
  version: string;
  /** Address a web page was fetched from. */
  url?: string;
  title?: string;
  /** SPDX identifier found in the code tree the text stands in. */
  licence?: string;
  /** The encoding the text was converted from; absent for UTF-8. */
  encoding?: string;
  /** Side of the split, once the corpus was split. */
  split?: 'train' | 'validation' | 'test';
}

/** One line of documents.jsonl.gz, the two keys of LLM-jp's corpora. */
export interface CorpusDocument {
  text: string;
  meta: DocumentMeta;
}

export function documentId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

// C0 controls but tab and newline, and DEL: they carry no text and upset viewers and databases.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Newlines as LF, no control characters, no white space at line ends, no blank lines at either end. */
export function normaliseText(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(CONTROLS, '').split('\n');
  return trimBlankLines(lines.map((line) => line.trimEnd()).join('\n'));
}

/** Without blank lines before the first line and without white space behind the last. Linear, unlike `\n+$`. */
export function trimBlankLines(text: string): string {
  let start = 0;
  while (text[start] === '\n') start += 1;
  return text.slice(start).trimEnd();
}
