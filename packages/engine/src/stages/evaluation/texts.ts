import type { CorpusDocument } from '../../corpus/document.ts';
import { readJsonlGz } from '../../corpus/jsonl.ts';
import { placeOf } from '../../corpus/mixing/split.ts';

/** Enough for a bits-per-byte figure that is stable to the second decimal, and scored in half a minute on two cores. */
export const MAX_HELD_OUT_BYTES = 400_000;
const SALT = 'evaluation-sample';

export interface HeldOut {
  documents: CorpusDocument[];
  /** UTF-8 bytes of `documents`. */
  bytes: number;
  /** Ids of all held-out documents, the ones beyond the sample included: no baseline may train on them. */
  allIds: Set<string>;
}

/**
 * The held-out documents that are scored: all, or where they are more than MAX_HELD_OUT_BYTES the first ones in the order
 * of a stable hash. A single document that is larger is taken alone.
 */
export async function readHeldOut(path: string): Promise<HeldOut> {
  const all: CorpusDocument[] = [];
  for await (const document of readJsonlGz<CorpusDocument>(path))
    if (document.text !== '') all.push(document);
  const place = new Map(all.map((document) => [document, placeOf(document.meta.id, SALT)]));
  const documents: CorpusDocument[] = [];
  let bytes = 0;
  for (const document of all.toSorted((a, b) => place.get(a)! - place.get(b)!)) {
    const size = Buffer.byteLength(document.text);
    if (documents.length > 0 && bytes + size > MAX_HELD_OUT_BYTES) continue;
    documents.push(document);
    bytes += size;
  }
  return { documents, bytes, allIds: new Set(all.map((document) => document.meta.id)) };
}

/** The documents the model was trained on: the corpus without what was held out. */
export async function readTrainingTexts(path: string, heldOut: HeldOut): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text, meta } of readJsonlGz<CorpusDocument>(path)) {
    if (!heldOut.allIds.has(meta.id)) texts.push(text);
  }
  return texts;
}
