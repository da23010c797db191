// The tokenizer of the lab: one id per character of the reader's text.

/** Characters beyond the commonest this many become one sign for "another". */
export const MOST_CHARACTERS = 1024;
export const OTHER = '\u{FFFD}';

export interface Alphabet {
  /** Characters by id; id 0 is OTHER. */
  readonly characters: readonly string[];
  encode(text: string): Int32Array;
  decode(ids: readonly number[]): string;
}

/** The alphabet of a text: the same text gives the same ids. */
export function alphabetOf(text: string): Alphabet {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  counts.delete(OTHER);
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([c]) => c);
  const characters = [OTHER, ...ranked.slice(0, MOST_CHARACTERS - 1)];
  const idOf = new Map(characters.map((c, id) => [c, id]));
  return {
    characters,
    encode: (input) => Int32Array.from([...input], (c) => idOf.get(c) ?? 0),
    decode: (ids) => ids.map((id) => characters[id] ?? OTHER).join(''),
  };
}

/** Batch `step` of windows of length + 1 ids, from uniform 32-bit words. */
export function batchOf(
  ids: Int32Array,
  shape: { readonly batch: number; readonly length: number },
  words: (row: number) => number,
): Int32Array {
  const width = shape.length + 1;
  const starts = ids.length - width + 1;
  if (starts < 1) throw new RangeError(`the text has ${ids.length} characters, needed are ${width}`);
  const out = new Int32Array(shape.batch * width);
  for (let row = 0; row < shape.batch; row++) {
    const start = Math.floor((words(row) / 2 ** 32) * starts);
    out.set(ids.subarray(start, start + width), row * width);
  }
  return out;
}
