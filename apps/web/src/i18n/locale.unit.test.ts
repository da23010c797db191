import { describe, expect, test } from 'vitest';
import { chooseLocale } from './locale.ts';

describe('language of a page', () => {
  test('the choice a reader made wins over the browser', () => {
    expect(chooseLocale('en', 'ja')).toBe('en');
    expect(chooseLocale('ja', 'en-GB')).toBe('ja');
  });
  test('without a choice the preferred known language of the browser is taken', () => {
    expect(chooseLocale(undefined, 'fr-FR, en;q=0.8, ja;q=0.9')).toBe('ja');
    expect(chooseLocale(undefined, 'fr-FR, en-US;q=0.8, ja;q=0.2')).toBe('en');
    expect(chooseLocale(undefined, 'en;q=0, ja;q=0.1')).toBe('ja');
  });
  test('anything else reads Japanese', () => {
    expect(chooseLocale('xx', null)).toBe('ja');
    expect(chooseLocale(undefined, 'de, ;;q=oops')).toBe('ja');
  });
});
