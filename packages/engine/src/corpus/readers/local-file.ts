import { createReadStream } from 'node:fs';
import { DocumentFormat } from '@tsudoi/schema';
import type { SourceFile } from '../fetch/open-files.ts';
import { withoutCompression } from './decompress.ts';

const BY_EXTENSION: readonly (readonly [RegExp, DocumentFormat])[] = [
  [/\.(?:jsonl|ndjson)$/i, 'jsonl'],
  [/\.parquet$/i, 'parquet'],
  [/\.(?:warc|wet)$/i, 'warc'],
  [/\.xml$/i, 'mediawiki'],
  [/\.x?html?(?:\.[a-z]{2}(?:\.[\w-]+)?)?$/i, 'html'],
  [/\.(?:md|markdown)$/i, 'markdown'],
  [/\.[1-9][a-z]*$/, 'roff'],
  [/\.(?:txt|text)$/i, 'text'],
];

/** The format that a path's extension means, its compression left aside; null where it means none. */
export function formatOf(path: string): DocumentFormat | null {
  const bare = withoutCompression(path);
  return BY_EXTENSION.find(([expression]) => expression.test(bare))?.[1] ?? null;
}

export const formats: readonly DocumentFormat[] = DocumentFormat.options;

/** A file of this machine as readers take it. */
export function localFile(path: string): SourceFile {
  return { path, chunks: createReadStream(path), localPath: path };
}
