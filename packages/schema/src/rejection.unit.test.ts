import { describe, expect, test } from 'vitest';
import { en } from './messages/rejections.en.ts';
import { ja } from './messages/rejections.ja.ts';
import { Rejection, type RejectionCode, RejectionValue, translateRejection } from './rejection.ts';

const codes = Object.keys(en) as RejectionCode[];
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('every rejection exists in both languages', () => {
  expect(Object.keys(ja).sort()).toEqual([...codes].sort());
});

describe.each(codes)('%s', (code) => {
  test('has the same parameters in Japanese and English, and is Japanese in Japanese', () => {
    expect(holes(ja[code])).toEqual(holes(en[code]));
    expect(ja[code]).toMatch(/[ぁ-んァ-ヶ一-龠]/);
    expect(en[code]).toMatch(/^[ -~]+$/);
  });
});

test('a message is one line that names what is wrong', () => {
  const rejection = new Rejection('upload.too-large', { size: 1234567, limit: 1000 });
  expect(translateRejection(rejection, 'en')).toBe(
    'The upload is 1,234,567 bytes; the limit is 1,000. Split the file.',
  );
  expect(translateRejection(rejection, 'ja')).toContain('1,234,567');
  expect(rejection.message).toContain('upload.too-large: ');
});

test('a parameter that contains braces is shown as it is', () => {
  const rejection = { code: 'group.slug-taken' as const, params: { slug: '{slug} $& {x}' } };
  expect(translateRejection(rejection, 'en')).toContain('"{slug} $& {x}"');
});

test('only known codes pass as a rejection over the wire', () => {
  expect(RejectionValue.safeParse({ code: 'object.missing', params: { sha256: 'x' } }).success).toBe(true);
  for (const code of ['no.such-code', 'toString', 1]) {
    expect(RejectionValue.safeParse({ code, params: {} }).success).toBe(false);
  }
});
