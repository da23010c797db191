/** Counts of code points, the same as matching /\p{L}/gu, /[\p{L}\p{N}]/gu and /\S/gu would give. */
export interface LetterCount {
  letters: number;
  lettersAndDigits: number;
  visible: number;
}

const LETTER = 1;
const DIGIT = 2;
const VISIBLE = 4;

const bitsOf = (character: string) =>
  (/\p{L}/u.test(character) ? LETTER : 0) |
  (/\p{N}/u.test(character) ? DIGIT : 0) |
  (/\S/u.test(character) ? VISIBLE : 0);

/** By code unit; asking the expressions once for each costs some milliseconds, so it is done when it is first needed. */
let table: Uint8Array | undefined;
/** Of characters that take two units: few texts hold more than some of them. */
const pairs = new Map<number, number>();

function pairBits(text: string, at: number): number {
  const code = text.codePointAt(at) as number;
  const known = pairs.get(code);
  if (known !== undefined) return known;
  const bits = bitsOf(String.fromCodePoint(code));
  pairs.set(code, bits);
  return bits;
}

function count(text: string): LetterCount {
  table ??= Uint8Array.from({ length: 0x10000 }, (_, code) => bitsOf(String.fromCharCode(code)));
  const byUnit = table;
  let letters = 0;
  let digits = 0;
  let visible = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    let bits = byUnit[unit];
    if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bits = pairBits(text, i);
      i += 1;
    }
    letters += bits & 1;
    digits += (bits >> 1) & 1;
    visible += (bits >> 2) & 1;
  }
  return { letters, lettersAndDigits: letters + digits, visible };
}

export const countLetters = rememberLast(count);

/** The last answer is kept, since the filters of a cascade ask for the same text in turn. */
export function rememberLast<T>(measure: (text: string) => T): (text: string) => T {
  let last: { text: string; result: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, result: measure(text) };
    return last.result;
  };
}
