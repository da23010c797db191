/** Bits of one UTF-16 code unit; a text is looked at once and each unit costs one load. */
export const HIRAGANA = 1;
export const KATAKANA = 2;
export const ASCII_LETTER = 32;
export const SPACE = 64;
export const KANJI = 128;

const RANGES: readonly (readonly [number, number, number])[] = [
  [0x3041, 0x3096, HIRAGANA],
  [0x309d, 0x309f, HIRAGANA],
  [0x30a1, 0x30fa, KATAKANA],
  [0x30fc, 0x30ff, KATAKANA],
  [0xff66, 0xff9f, KATAKANA],
  [0x41, 0x5a, ASCII_LETTER],
  [0x61, 0x7a, ASCII_LETTER],
  [0x09, 0x0d, SPACE],
  [0x20, 0x20, SPACE],
  [0xa0, 0xa0, SPACE],
  [0x3000, 0x3000, SPACE],
  [0x4e00, 0x9fff, KANJI],
  [0x3400, 0x4dbf, KANJI],
];

/** Class bits by code unit. */
export const CLASS = new Uint8Array(0x10000);
for (const [first, last, bits] of RANGES)
  for (let code = first; code <= last; code++) CLASS[code] = (CLASS[code] as number) | bits;

export interface Scan {
  hiragana: number;
  katakana: number;
  visible: number;
}

let scannedText = '';
let lastScan: Scan = scan('');

/** Counts of one text. The last text is remembered, since the filters of a cascade ask for the same one in turn. */
export function scanOf(text: string): Scan {
  if (text !== scannedText) {
    lastScan = scan(text);
    scannedText = text;
  }
  return lastScan;
}

function scan(text: string): Scan {
  const length = text.length;
  let hiragana = 0;
  let katakana = 0;
  let spaces = 0;
  for (let i = 0; i < length; i++) {
    const bits = CLASS[text.charCodeAt(i)] as number;
    hiragana += bits & 1;
    katakana += (bits >> 1) & 1;
    spaces += (bits >> 6) & 1;
  }
  return { hiragana, katakana, visible: length - spaces };
}

/** Offset of the first kana, or -1. */
export function firstKana(text: string): number {
  for (let i = 0; i < text.length; i++)
    if (((CLASS[text.charCodeAt(i)] as number) & (HIRAGANA | KATAKANA)) !== 0) return i;
  return -1;
}
