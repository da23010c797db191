/** What a code unit becomes before it is hashed: 0 means that it separates words and is otherwise left out. */
export const SEPARATOR = 0;

let table: Uint16Array | undefined;

/**
 * The map from UTF-16 code units to what deduplication compares, after datatrove's text normalisation: lower case, every
 * digit as "0", punctuation, symbols and white space as separators, Latin, Greek and Cyrillic letters without accents.
 * Marks of other scripts stay: が is not か. Surrogate halves stay as they are.
 */
export function foldTable(): Uint16Array {
  if (table) return table;
  table = new Uint16Array(65_536);
  for (let unit = 0; unit < table.length; unit++) table[unit] = fold(unit);
  return table;
}

function fold(unit: number): number {
  if (unit >= 0xd800 && unit <= 0xdfff) return unit;
  const character = String.fromCharCode(unit);
  if (/[\p{P}\p{S}\p{Z}\p{C}]/u.test(character)) return SEPARATOR;
  if (/\p{N}/u.test(character)) return 0x30;
  if (/[\u0300-\u036f]/.test(character)) return SEPARATOR;
  const bare = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u.test(character)
    ? character.normalize('NFD').charAt(0)
    : character;
  const lower = bare.toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
}
