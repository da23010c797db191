import { createHash } from 'node:crypto';

/**
 * Where a document stands in the unit interval, by a hash of its id and a salt. A sample "below a share" keeps its
 * documents when the corpus grows, whatever their order.
 */
export function stablePlace(documentId: string, salt: string): number {
  const hash = createHash('sha256').update(`${salt}:${documentId}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}
