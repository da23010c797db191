import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PlanError } from '../../scale/plan-error.ts';

export const Split = z.enum(['train', 'validation', 'test']);
export type Split = z.infer<typeof Split>;

export const SplitSettings = z.strictObject({
  /** Frozen with the first version of a corpus: another salt is another split. */
  salt: z.string().min(1).max(100),
  validation: z.number().min(0).lt(0.5),
  test: z.number().min(0).lt(0.5),
});
export type SplitSettings = z.infer<typeof SplitSettings>;

/** Ids that stand on a fixed side whatever their hash says, as LLM-jp's frozen validation lists. */
export type PinnedIds = ReadonlyMap<string, Split>;

/**
 * The side of the split a document stands on. It depends on its id (a hash of its text), the salt and the list of pinned
 * ids alone, so it stays where it is however the corpus grows. Test takes the lowest hashes and validation those from
 * the top: raising one share moves no document into or out of the other.
 */
export function splitOf(documentId: string, settings: SplitSettings, pinned?: PinnedIds): Split {
  const fixed = pinned?.get(documentId);
  if (fixed) return fixed;
  const place = placeOf(documentId, settings.salt);
  if (place < settings.test) return 'test';
  return place >= 1 - settings.validation ? 'validation' : 'train';
}

/** Where a document stands in [0, 1), by a hash of its id and a salt. */
export function placeOf(documentId: string, salt: string): number {
  const hash = createHash('sha256').update(`${salt}:${documentId}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}

/**
 * A list of frozen ids: a JSON array (all `split`), a JSON object of arrays by split, or one id a line with its split
 * behind a tab or blank (`split` where there is none). @throws PlanError for what is no such list, a split that does not exist or an
 * id on two sides
 */
export function parsePinned(text: string, split: Split = 'validation'): Map<string, Split> {
  const pinned = new Map<string, Split>();
  const pin = (id: string, side: string) => {
    const known = Split.safeParse(side);
    if (!known.success) throw new PlanError(`id ${id}: there is no split "${side}"`);
    const before = pinned.get(id);
    if (before && before !== known.data) throw new PlanError(`id ${id} stands in ${before} and in ${side}`);
    pinned.set(id, known.data);
  };
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) {
    for (const id of listed(trimmed, z.array(z.string()))) pin(id, split);
  } else if (trimmed.startsWith('{')) {
    const lists = listed(trimmed, z.record(z.string(), z.array(z.string())));
    for (const [side, ids] of Object.entries(lists)) for (const id of ids) pin(id, side);
  } else {
    for (const line of trimmed.split(/\r?\n/)) {
      const [id, side] = line.trim().split(/\s+/);
      if (id && !id.startsWith('#')) pin(id, side ?? split);
    }
  }
  return pinned;
}

function listed<T>(text: string, shape: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PlanError(`a list of frozen ids is not JSON: ${(error as Error).message}`);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PlanError('a list of frozen ids is a JSON array of ids, or an object of such arrays by split');
}
