import { gzipSync } from 'node:zlib';

export interface GzipResult {
  /** Every document compressed on its own, headers included. */
  perDocument: number;
  /** All documents as one stream: gzip may then learn from the documents before. */
  concatenated: number;
  /** The better of both: what a model is compared with. */
  best: number;
}

/** Bits per byte of `gzip -9`. @throws RangeError without any bytes */
export function gzipBitsPerByte(documents: readonly Uint8Array[]): GzipResult {
  const bytes = documents.reduce((sum, document) => sum + document.length, 0);
  if (bytes === 0) throw new RangeError('bits per byte of no bytes');
  const size = (data: Uint8Array) => gzipSync(data, { level: 9 }).length;
  const alone = documents.reduce((sum, document) => sum + (document.length > 0 ? size(document) : 0), 0);
  const perDocument = (8 * alone) / bytes;
  const concatenated = (8 * size(Buffer.concat(documents))) / bytes;
  return { perDocument, concatenated, best: Math.min(perDocument, concatenated) };
}
