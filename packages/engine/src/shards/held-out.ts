import { createHash } from 'node:crypto';

/**
 * Whether a document is held out for evaluation. It depends on the document's id (a hash of its text) and the seed
 * alone, so a document stays on its side of the split however the corpus grows.
 */
export function isHeldOut(documentId: string, seed: number, share: number): boolean {
  const hash = createHash('sha256').update(`${seed}:${documentId}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48 < share;
}
