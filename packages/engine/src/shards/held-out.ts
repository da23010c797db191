import { placeOf } from '../corpus/mixing/split.ts';

/**
 * Whether a document is held out for evaluation. It depends on the document's id (a hash of its text) and the seed
 * alone, so a document stays on its side of the split however the corpus grows.
 */
export function isHeldOut(documentId: string, seed: number, share: number): boolean {
  return placeOf(documentId, `${seed}`) < share;
}
