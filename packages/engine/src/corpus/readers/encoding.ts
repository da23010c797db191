import { decodeUtf8 } from './utf8.ts';

export interface Decoded {
  text: string;
  /** Name of the encoding the bytes had, as in the WHATWG Encoding Standard. */
  encoding: string;
}

/** Escapes into JIS X 0208 (1978, 1983) and JIS X 0201 kana. */
const SHIFTS_TO_JAPANESE = ['$@', '$B', '(I'].map((shift) => Buffer.from(`\u001b${shift}`));
/** Share of the characters outside ASCII that must be usual Japanese for a legacy encoding to be believed. */
const LEAST_USUAL = 0.7;

/**
 * Text of bytes in UTF-8, UTF-16 with a byte order mark, ISO-2022-JP, Shift_JIS or EUC-JP. `declared` (of an HTTP header
 * or a <meta>) is tried after UTF-8, which wins wherever the bytes are well formed. The two multi-byte encodings share most byte
 * pairs, so both are decoded strictly, and the one whose text is more usual Japanese (kana, level-1 kanji, full-width
 * forms) wins, if that is at least 70 % of what is not ASCII; otherwise nothing is guessed and the offset of the first byte
 * that is not UTF-8 is given.
 */
export function decodeText(bytes: Buffer, declared = ''): Decoded | { badOffset: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return strictly(bytes, 'utf-16le') ?? { badOffset: 0 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return strictly(bytes, 'utf-16be') ?? { badOffset: 0 };
  const jis = SHIFTS_TO_JAPANESE.some((shift) => bytes.includes(shift))
    ? strictly(bytes, 'iso-2022-jp')
    : null;
  if (jis) return jis;
  const utf8 = decodeUtf8(bytes);
  if ('text' in utf8) return { text: utf8.text, encoding: 'utf-8' };
  const named = declared === '' ? null : strictly(bytes, declared);
  if (named && (!isJapanese(named.encoding) || usualShare(named.text) >= 0.5)) return named;
  return guessJapanese(bytes) ?? utf8;
}

function guessJapanese(bytes: Buffer): Decoded | null {
  let best: Decoded | null = null;
  let bestShare = LEAST_USUAL;
  for (const encoding of ['euc-jp', 'shift_jis']) {
    const decoded = strictly(bytes, encoding);
    if (!decoded || /\p{Cc}/u.test(decoded.text.replace(/[\s\u0085]/g, ''))) continue;
    const share = usualShare(decoded.text);
    if (share > bestShare || (share === bestShare && best === null)) [best, bestShare] = [decoded, share];
  }
  return best;
}

const isJapanese = (encoding: string) => /^(?:shift_jis|euc-jp|iso-2022-jp)$/.test(encoding);

function strictly(bytes: Buffer, label: string): Decoded | null {
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    return { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch {
    return null; // an unknown label, or bytes that are not well formed in it
  }
}

/** Kana, Japanese punctuation, full-width forms and the 2,965 kanji of JIS X 0208 level 1, over what is not ASCII. */
function usualShare(text: string): number {
  const usual = usualTable();
  let other = 0;
  let hits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    other += 1;
    hits += usual[code] as number;
  }
  return other === 0 ? 1 : hits / other;
}

let table: Uint8Array | null = null;

function usualTable(): Uint8Array {
  if (table) return table;
  table = new Uint8Array(0x10000);
  table.fill(1, 0x3000, 0x3100).fill(1, 0xff01, 0xff61);
  const level1: number[] = [];
  for (let row = 0xb0; row <= 0xcf; row++)
    for (let cell = 0xa1; cell <= (row === 0xcf ? 0xd3 : 0xfe); cell++) level1.push(row, cell);
  for (const character of new TextDecoder('euc-jp').decode(Uint8Array.from(level1)))
    table[character.charCodeAt(0)] = 1;
  return table;
}

/** The encoding that a page names for itself in its first 2 kB, or ''. */
export function declaredInHtml(bytes: Buffer): string {
  return /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(bytes.toString('latin1', 0, 2048))?.[1] ?? '';
}
