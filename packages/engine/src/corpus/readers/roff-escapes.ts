import { NO_SPACE } from './paragraph-writer.ts';

/** Special characters `\(xx` and `\[xx]` that manual pages use (groff_char(7)). */
const SPECIAL: Record<string, string> = {
  aq: "'",
  dq: '"',
  cq: '\u2019',
  oq: '\u2018',
  lq: '\u201c',
  rq: '\u201d',
  Bq: '\u201e',
  bq: '\u201a',
  bu: '\u2022',
  co: '\u00a9',
  rg: '\u00ae',
  tm: '\u2122',
  em: '\u2014',
  en: '\u2013',
  hy: '-',
  mi: '-',
  pl: '+',
  '+-': '\u00b1',
  mu: '\u00d7',
  di: '\u00f7',
  eq: '=',
  '**': '*',
  rs: '\\',
  sl: '/',
  ul: '_',
  ru: '_',
  or: '|',
  ba: '|',
  ha: '^',
  ti: '~',
  ga: '`',
  aa: '\u00b4',
  at: '@',
  sh: '#',
  Do: '$',
  lB: '[',
  rB: ']',
  lC: '{',
  rC: '}',
  la: '\u27e8',
  ra: '\u27e9',
  '<=': '\u2264',
  '>=': '\u2265',
  '!=': '\u2260',
  '==': '\u2261',
  '~~': '\u2248',
  '->': '\u2192',
  '<-': '\u2190',
  ua: '\u2191',
  da: '\u2193',
  rA: '\u21d2',
  lA: '\u21d0',
  de: '\u00b0',
  sc: '\u00a7',
  ps: '\u00b6',
  dg: '\u2020',
  dd: '\u2021',
  ct: '\u00a2',
  Po: '\u00a3',
  Ye: '\u00a5',
  Eu: '\u20ac',
  ss: '\u00df',
  ts: '\u03c2',
  '*m': '\u03bc',
  mc: '\u00b5',
  if: '\u221e',
  '14': '\u00bc',
  '12': '\u00bd',
  '34': '\u00be',
  Fo: '\u00ab',
  Fc: '\u00bb',
  fo: '\u2039',
  fc: '\u203a',
  sq: '\u25a1',
  ci: '\u25cb',
  OK: '\u2713',
  no: '\u00ac',
  is: '\u222b',
  sr: '\u221a',
  mo: '\u2208',
  pc: '\u00b7',
  md: '\u22c5',
  lh: '\u261c',
  rh: '\u261e',
};
const ACCENTS: Record<string, string> = {
  "'": '\u0301',
  '`': '\u0300',
  '^': '\u0302',
  ':': '\u0308',
  '~': '\u0303',
  ',': '\u0327',
  o: '\u030a',
};
/** Escapes of one character that print something. */
const PRINTED: Record<string, string> = {
  '-': '-',
  e: '\\',
  '\\': '\\',
  "'": "'",
  '`': '`',
  ' ': ' ',
  '~': ' ',
  '0': ' ',
  t: '\t',
  '.': '.',
  c: NO_SPACE,
};
/** Escapes followed by an argument in delimiters, such as \h'1n', that move, measure or draw. */
const DELIMITED = 'AbBCDhHlLoRSvwXxZ';
/** Escapes followed by a name: one character, `(xx` or `[name]`. */
const NAMED = 'fFgkmMnOVYs';

export const PREDEFINED_STRINGS: Record<string, string> = {
  lq: '\u201c',
  rq: '\u201d',
  Lq: '\u201c',
  Rq: '\u201d',
  'L"': '"',
  'R"': '"',
  'C`': '',
  "C'": '',
  Aq: "'",
  Tm: '\u2122',
  R: '\u00ae',
  '-': '-',
  q: '"',
  Ba: '|',
};

/** One line expands to this many characters at most, whatever its strings hold. */
const MAX_EXPANDED = 1_000_000;

/** Replaces the escape sequences of roff(7) by what they print; fonts, sizes and motions vanish. */
export function expandEscapes(text: string, strings: Map<string, string>): string {
  if (!text.includes('\\')) return text;
  let out = '';
  let i = 0;
  while (i < text.length && out.length < MAX_EXPANDED) {
    if (text[i] !== '\\') {
      out += text[i++];
      continue;
    }
    const kind = text[i + 1];
    i += 2;
    if (kind === undefined || kind === '"' || kind === '#') break; // a comment, or the end of the line
    if (kind in PRINTED) out += PRINTED[kind];
    else if (kind === '(' || kind === '[') {
      const [name, next] = readName(text, i - 1);
      out += specialCharacter(name);
      i = next;
    } else if (kind === '*') {
      const [name, next] = readName(text, i);
      out += strings.get(name.split(' ')[0]) ?? '';
      i = next;
    } else if (kind === 'N') {
      const [code, next] = readDelimited(text, i);
      if (/^\d{1,6}$/.test(code)) out += String.fromCodePoint(Math.min(Number(code), 0x10ffff));
      i = next;
    } else if (NAMED.includes(kind)) i = skipNamed(text, i, kind);
    else if (kind === '$') i = readName(text, i)[1];
    else if (DELIMITED.includes(kind)) i = readDelimited(text, i)[1];
    // All others, such as \& \| \^ \/ \, \% \: \{ \}, print nothing.
  }
  return out;
}

/** A name at `i`: `x`, `(xx` or `[...]`. Returns it with the position after it. */
function readName(text: string, i: number): [string, number] {
  if (text[i] === '(') return [text.slice(i + 1, i + 3), i + 3];
  if (text[i] === '[') {
    const end = text.indexOf(']', i);
    return end === -1 ? ['', text.length] : [text.slice(i + 1, end), end + 1];
  }
  return [text.slice(i, i + 1), i + 1];
}

function skipNamed(text: string, i: number, kind: string): number {
  let at = i;
  if (kind === 's' || kind === 'n' || kind === 'k') {
    if (text[at] === '+' || text[at] === '-') at += 1;
    if (kind === 's' && text[at] === "'") return readDelimited(text, at)[1];
    if (kind === 's' && /[1-3]/.test(text[at] ?? '') && /\d/.test(text[at + 1] ?? '')) return at + 2;
  }
  return readName(text, at)[1];
}

function readDelimited(text: string, i: number): [string, number] {
  const end = text.indexOf(text[i] ?? '', i + 1);
  return end === -1 ? ['', text.length] : [text.slice(i + 1, end), end + 1];
}

function specialCharacter(name: string): string {
  const known = SPECIAL[name];
  if (known !== undefined) return known;
  const code = /^u([0-9A-F]{4,6})$/i.exec(name)?.[1];
  if (code && Number.parseInt(code, 16) <= 0x10ffff) return String.fromCodePoint(Number.parseInt(code, 16));
  const accent = ACCENTS[name[0]];
  if (accent && /^.[A-Za-z]$/.test(name)) return (name[1] + accent).normalize('NFC');
  return '';
}
