export type PiiKind = 'EMAIL' | 'PHONE' | 'ADDRESS' | 'CARD' | 'MYNUMBER';
export interface Masked {
  text: string;
  /** How many of each kind were replaced. */
  counts: Partial<Record<PiiKind, number>>;
}

const D = '[0-9０-９]';
const DASH = '[-‐‑–－ー―]';
const NOT_AFTER = `(?<![0-9０-９A-Za-z./:_-])`;
const NOT_BEFORE = `(?![0-9０-９A-Za-z_]|[-.]${D})`;
const PREFECTURE = `(?:東京都|北海道|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)`;

interface Pattern {
  kind: PiiKind;
  expression: RegExp;
  isOne(found: string): boolean;
}

/** In this order: a card is longer than a My Number, and both are longer than a telephone number. */
const NUMBERS: readonly Pattern[] = [
  {
    kind: 'CARD',
    expression: new RegExp(
      `${NOT_AFTER}${D}{4}(?:[- ]?${D}{4}){2}[- ]?${D}{4}${NOT_BEFORE}|${NOT_AFTER}3[47]${D}{2}[- ]?${D}{6}[- ]?${D}{5}${NOT_BEFORE}`,
      'g',
    ),
    isOne: (found) => isCard(digitsOf(found)),
  },
  {
    kind: 'MYNUMBER',
    expression: new RegExp(
      `(?<!${D}[- ])${NOT_AFTER}${D}{4}([- ]?)${D}{4}\\1${D}{4}(?![- ]${D})${NOT_BEFORE}`,
      'g',
    ),
    isOne: (found) => isMyNumber(digitsOf(found)),
  },
  {
    kind: 'PHONE',
    expression: new RegExp(
      `${NOT_AFTER}(?:\\+81[- ]?(?:\\(0\\))?${D}{1,4}[- ]?${D}{1,4}[- ]?${D}{3,4}|[0０]${D}{1,4}${DASH}${D}{1,4}${DASH}${D}{3,4}|[0０]${D}{1,4}[(（]${D}{1,4}[)）]${D}{3,4}|[(（][0０]${D}{1,4}[)）]\\s?${D}{1,4}${DASH}${D}{3,4}|0[5789]0${D}{8})${NOT_BEFORE}`,
      'g',
    ),
    isOne: (found) => isPhone(found, digitsOf(found)),
  },
];
const ADDRESS = new RegExp(
  `(?:〒\\s?${D}{3}${DASH}?${D}{4}\\s*)?${PREFECTURE}[^\\s、。,<>「」]{1,12}?[市区町村郡][^\\s、。,<>「」]{0,20}?${D}{1,4}(?:丁目|番地?|号|${DASH})(?:${D}{1,4}(?:番地?|号|${DASH})?){0,3}|〒\\s?${D}{3}${DASH}?${D}{4}`,
  'g',
);
const EMAIL = /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi;

/**
 * The text with e-mail addresses, Japanese telephone numbers, postal codes and addresses, credit cards (Luhn) and My Numbers (check
 * digit of the ministry's ordinance no. 85 of 2014) replaced by tags such as [PHONE]. Version numbers, dates and ISBNs stay.
 */
export function maskPii(text: string): Masked {
  const counts: Masked['counts'] = {};
  const replace = (kind: PiiKind) => {
    counts[kind] = (counts[kind] ?? 0) + 1;
    return `[${kind}]`;
  };
  let masked = text;
  if (mayHoldEmail(text)) masked = masked.replace(EMAIL, () => replace('EMAIL'));
  if (holdsLongNumber(text))
    for (const { kind, expression, isOne } of NUMBERS)
      masked = masked.replace(expression, (found) => (isOne(found) ? replace(kind) : found));
  if (mayHoldAddress(text)) masked = masked.replace(ADDRESS, () => replace('ADDRESS'));
  return { text: masked, counts };
}

const EMAIL_BEFORE = /[\w.%+-]/;
const EMAIL_AFTER = /[a-z0-9-]/i;

function mayHoldEmail(text: string): boolean {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1))
    if (EMAIL_BEFORE.test(text[at - 1] ?? '') && EMAIL_AFTER.test(text[at + 1] ?? '')) return true;
  return false;
}

/** Code units of which numbers are written: 1 for digits, 2 for what may stand between them. */
const NUMBERISH = new Uint8Array(0x10000);
for (let unit = 0; unit < 0x10000; unit++)
  if (/[0-9０-９]/.test(String.fromCharCode(unit))) NUMBERISH[unit] = 1;
  else if (/[-‐‑–－ー―()（）+\s]/.test(String.fromCharCode(unit))) NUMBERISH[unit] = 2;

/** Cards, My Numbers and telephone numbers have ten digits and more. */
const LEAST_DIGITS = 10;

/**
 * Whether some run of numberish units has ten digits: without one no number can be found. Such a run has a unit at one of any ten
 * places, so the others are not looked at.
 */
function holdsLongNumber(text: string): boolean {
  for (let i = LEAST_DIGITS - 1; i < text.length; i += LEAST_DIGITS) {
    if (NUMBERISH[text.charCodeAt(i)] === 0) continue;
    let digits = 0;
    for (let left = i - 1; left >= 0; left--) {
      const kind = NUMBERISH[text.charCodeAt(left)];
      if (kind === 0) break;
      digits += kind & 1;
    }
    for (; i < text.length; i++) {
      const kind = NUMBERISH[text.charCodeAt(i)];
      if (kind === 0) break;
      digits += kind & 1;
    }
    if (digits >= LEAST_DIGITS) return true;
  }
  return false;
}

/** An address begins with one of these, and the text of a whole one has four digits somewhere. */
function mayHoldAddress(text: string): boolean {
  if (!ADDRESS_MARKS.some((mark) => text.includes(mark))) return false;
  let digits = 0;
  for (let i = 0; i < text.length && digits < 4; i++) digits += NUMBERISH[text.charCodeAt(i)] & 1;
  return digits >= 4;
}
const ADDRESS_MARKS = ['県', '〒', '東京都', '大阪府', '京都府', '北海道'];

function digitsOf(found: string): string {
  return found.normalize('NFKC').replace(/\D/g, '');
}

/** Ten digits, eleven for 0x0 numbers; +81 drops the first 0. */
function isPhone(found: string, digits: string): boolean {
  if (found.startsWith('+')) return digits.length >= 11 && digits.length <= 13;
  return digits.length === (/^0[5789]0/.test(digits) ? 11 : 10);
}

export function isCard(digits: string): boolean {
  if (!/^(?:4|5[1-5]|2[2-7]|3[4578]|36|6)/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

export function isMyNumber(digits: string): boolean {
  let sum = 0;
  for (let n = 1; n <= 11; n++) sum += Number(digits[11 - n]) * (n <= 6 ? n + 1 : n - 5);
  const rest = sum % 11;
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest);
}
