/**
 * Which script a character belongs to, as far as cutting words needs it: no piece mixes two scripts.
 * As in SentencePiece, Hiragana, Katakana and their marks for long and voiced sounds count as Han, so that mixed Japanese words stay whole.
 */
export const Script = { inherited: 0, common: 1, han: 2, digit: 3, space: 4 } as const;

const NAMES = [
  ...['Latin', 'Greek', 'Cyrillic', 'Hangul', 'Arabic', 'Hebrew', 'Thai', 'Devanagari', 'Bengali', 'Tamil'],
  ...[
    'Telugu',
    'Kannada',
    'Malayalam',
    'Gujarati',
    'Gurmukhi',
    'Oriya',
    'Sinhala',
    'Lao',
    'Khmer',
    'Myanmar',
  ],
  ...[
    'Tibetan',
    'Georgian',
    'Armenian',
    'Ethiopic',
    'Mongolian',
    'Cherokee',
    'Bopomofo',
    'Yi',
    'Syriac',
    'Thaana',
  ],
];
const SCRIPTS = NAMES.map((name) => new RegExp(`\\p{sc=${name}}`, 'u'));
const HAN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30FC\uFF70\uFF9E\uFF9F]/u;
const FIRST_NAMED = 5;
const OTHER = FIRST_NAMED + NAMES.length;
const UNSET = 255;

const known = new Uint8Array(0x110000).fill(UNSET);

function look(codePoint: number): number {
  if (codePoint === 0x20) return Script.space;
  if ((codePoint >= 0x30 && codePoint <= 0x39) || (codePoint >= 0xff10 && codePoint <= 0xff19))
    return Script.digit;
  const character = String.fromCodePoint(codePoint);
  if (HAN.test(character)) return Script.han;
  const named = SCRIPTS.findIndex((pattern) => pattern.test(character));
  if (named >= 0) return FIRST_NAMED + named;
  if (/\p{sc=Inherited}/u.test(character)) return Script.inherited;
  return /\p{sc=Common}/u.test(character) ? Script.common : OTHER;
}

/** A small number for the script of a code point (0 .. 0x10FFFF); equal numbers mean the same script. */
export function scriptOf(codePoint: number): number {
  if (known[codePoint] === UNSET) known[codePoint] = look(codePoint);
  return known[codePoint];
}
