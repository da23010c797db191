import { fillTemplate } from './messages/fill.ts';
import { en } from './messages/lint.en.ts';
import { ja } from './messages/lint.ja.ts';

/** What the lint of a run's settings can find. */
export type LintCode = keyof typeof en;

const catalogues: Record<'ja' | 'en', Record<LintCode, string>> = { ja, en };

/** What to do about a finding, as the end of a sentence. What is no code is a text of an earlier release, and stays. */
export function lintAdvice(
  code: string,
  params: Readonly<Record<string, string | number>>,
  locale: 'ja' | 'en',
): string {
  return Object.hasOwn(en, code) ? fillTemplate(catalogues[locale][code as LintCode], params, locale) : code;
}
