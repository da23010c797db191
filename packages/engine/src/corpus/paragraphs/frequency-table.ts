import { createHash } from 'node:crypto';
import type { ParagraphFrequencies } from './frequencies.ts';

const ROW = 12;

/**
 * Near frequencies of paragraphs as a file: rows of 8 bytes of the paragraph's SHA-256 and its count (uint32, little
 * endian), sorted, of paragraphs seen more than once. What is not in the table was seen once.
 */
export function writeFrequencies(
  paragraphs: Iterable<string>,
  frequencies: Pick<ParagraphFrequencies, 'near'>,
): Buffer {
  const rows: Buffer[] = [];
  for (const paragraph of paragraphs) {
    const count = frequencies.near(paragraph);
    if (count <= 1) continue;
    const row = Buffer.alloc(ROW);
    keyOf(paragraph).copy(row);
    row.writeUInt32LE(Math.min(count, 0xffffffff), 8);
    rows.push(row);
  }
  return Buffer.concat(rows.sort(Buffer.compare));
}

export function readFrequencies(bytes: Buffer): Pick<ParagraphFrequencies, 'near'> {
  const counts = new Map<bigint, number>();
  for (let at = 0; at + ROW <= bytes.length; at += ROW)
    counts.set(bytes.readBigUInt64LE(at), bytes.readUInt32LE(at + 8));
  return { near: (paragraph) => counts.get(keyOf(paragraph).readBigUInt64LE()) ?? 1 };
}

const keyOf = (paragraph: string) => createHash('sha256').update(paragraph.trim()).digest().subarray(0, 8);
