import { type FilterRule, Rejection } from '@tsudoi/schema';
import { filters } from './registry.ts';

const rule = (filter: string, params: Record<string, number>): FilterRule => ({ filter, params });

const common: FilterRule[] = [
  rule('length', { min: 200 }),
  rule('debris-share', { max: 0.001 }),
  rule('longest-run', { max: 200 }),
];
const prose: FilterRule[] = [
  rule('compression-ratio', { min: 0.25, max: 0.8, limit: 4096 }),
  rule('duplicate-line-share', { max: 0.2 }),
  rule('character-repetition', { max: 0.33, n: 5 }),
  rule('special-character-share', { max: 0.4 }),
];
const ja: FilterRule[] = [
  rule('ja-hiragana-share', { min: 0.05 }),
  rule('ja-kana-share', { min: 0.2 }),
  rule('ja-mean-sentence-length', { max: 250 }),
  rule('ja-short-line-share', { max: 0.6, length: 10 }),
];
const en: FilterRule[] = [
  rule('en-language', { min: 1, characters: 2000 }),
  rule('en-word-count', { min: 50, max: 100_000 }),
  rule('en-mean-word-length', { min: 3, max: 10 }),
  rule('en-stop-words', { min: 2 }),
  rule('en-alphabetic-word-share', { min: 0.6 }),
  rule('en-symbol-word-ratio', { max: 0.1 }),
  rule('en-bullet-line-share', { max: 0.9 }),
  rule('en-ellipsis-line-share', { max: 0.3 }),
];
const code: FilterRule[] = [
  rule('code-max-line-length', { max: 1000 }),
  rule('code-mean-line-length', { max: 100 }),
  rule('code-alphanumeric-share', { min: 0.25 }),
];

/**
 * Named cascades with their thresholds. A rule whose filter is made for other languages lets a document pass, so
 * `tsudoi-v1` serves a source of several languages. Where a threshold differs from the published one, the reason
 * stands in docs/decisions/0005-corpus.md.
 */
export const filterPresets: Record<string, FilterRule[]> = {
  'tsudoi-v1': [...common, ...prose, ...ja, ...en, ...code],
  'ja-docs': [...common, ...prose, ...ja],
  'en-docs': [...common, ...prose, ...en],
  code: [...common, ...code],
};

export const filterNames: string[] = Object.keys(filters).sort();

/** Throws Rejection('recipe.unknown-filter') or Rejection('recipe.invalid') for a parameter the filter does not have. */
export function checkRules(rules: FilterRule[]): void {
  rules.forEach(({ filter, params }, index) => {
    const known = Object.hasOwn(filters, filter) ? filters[filter] : undefined;
    if (!known) throw new Rejection('recipe.unknown-filter', { filter, known: filterNames.join(', ') });
    const names = ['min', 'max', ...Object.keys(known.params ?? {})];
    const stranger = Object.keys(params).find((name) => !names.includes(name));
    if (stranger) {
      const field = `rules.${index}.params.${stranger}`;
      throw new Rejection('recipe.invalid', { field, problem: `${filter}: ${names.join(', ')}` });
    }
  });
}
