/**
 * The terms of BM25 as numbers: in runs of Japanese characters each pair of neighbours (a run of one character is itself a term), in all
 * else each word of letters and digits. Text is taken in NFKC and lower case. A pair is its own number; a word is hashed to 48
 * bits, so that among ten million words less than one pair is expected to collide.
 */
export type Term = number;

const OTHER = 0;
const WORD = 1;
const PAIRED = 2;

const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々〆]/u;
const LETTER = /[\p{L}\p{N}\p{M}]/u;

/** Surrogates count as paired, so that a kanji outside the basic plane becomes one term. */
const classes = Uint8Array.from({ length: 65_536 }, (_, unit) => {
  if (unit >= 0xd800 && unit <= 0xdfff) return PAIRED;
  const character = String.fromCharCode(unit);
  if (JAPANESE.test(character)) return PAIRED;
  return LETTER.test(character) ? WORD : OTHER;
});

export function forEachTerm(text: string, visit: (term: Term) => void): void {
  const plain = text.normalize('NFKC').toLowerCase();
  const n = plain.length;
  let i = 0;
  while (i < n) {
    const kind = classes[plain.charCodeAt(i)];
    if (kind === OTHER) {
      i += 1;
      continue;
    }
    let end = i + 1;
    while (end < n && classes[plain.charCodeAt(end)] === kind) end += 1;
    if (kind === WORD) visit(wordTerm(plain, i, end));
    else if (end === i + 1) visit(plain.charCodeAt(i) * 65_536);
    else for (let at = i; at + 1 < end; at++) visit(plain.charCodeAt(at) * 65_536 + plain.charCodeAt(at + 1));
    i = end;
  }
}

/** Each term of a query once. */
export function termsOf(text: string): Term[] {
  const terms = new Set<Term>();
  forEachTerm(text, (term) => terms.add(term));
  return [...terms];
}

/** Above all pairs: 2^32 plus 48 bits of two FNV-1a hashes of different seeds. */
function wordTerm(text: string, from: number, to: number): Term {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + 0x9e37), 0x85ebca6b);
    b ^= b >>> 13;
  }
  a ^= a >>> 15;
  return 2 ** 32 + (a >>> 0) * 65_536 + (b & 0xffff);
}
