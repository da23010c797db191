import { describe, expect, test } from 'vitest';
import { lintAdvice } from './lint-advice.ts';
import { en } from './messages/lint.en.ts';
import { ja } from './messages/lint.ja.ts';
import { Rejection, translateRejection } from './rejection.ts';

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('every finding has its advice in both languages', () => {
  expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
});

describe.each(Object.keys(en) as (keyof typeof en)[])('%s', (code) => {
  test('is English in English, Japanese in Japanese, over the same parameters', () => {
    expect(holes(ja[code])).toEqual(holes(en[code]));
    expect(en[code]).toMatch(/^[ -~]+[^.]$/);
    expect(ja[code]).toMatch(/[ぁ-ん]/);
    expect(ja[code]).not.toMatch(/。$/); // the sentence around it ends itself
  });
});

test('a refused card reads as one sentence of the language', () => {
  const params = { field: 'pretrain.optimizer.learningRate', value: '0.001' };
  const refused = new Rejection('run.card-lint', { ...params, advice: 'learning-rate', largest: '0.0002' });
  expect(translateRejection(refused, 'en')).toBe(
    'The card sets pretrain.optimizer.learningRate to 0.001; at this size public runs were stable up to 0.0002.',
  );
  expect(translateRejection(refused, 'ja')).toMatch(/0\.001 になっています。.*0\.0002 までです。$/);
});

test('a text of an earlier release stays as it is', () => {
  expect(lintAdvice('use 1e-8', {}, 'ja')).toBe('use 1e-8');
  expect(lintAdvice('toString', {}, 'ja')).toBe('toString');
});
