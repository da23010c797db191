import { z } from 'zod';
import { lintAdvice } from './lint-advice.ts';
import { fillTemplate } from './messages/fill.ts';
import { en } from './messages/rejections.en.ts';
import { ja } from './messages/rejections.ja.ts';

export type RejectionCode = keyof typeof en;
export type RejectionParams = Record<string, string | number>;
export type Locale = 'ja' | 'en';

const catalogues: Record<Locale, Record<RejectionCode, string>> = { ja, en };

/**
 * An expected refusal: a code with parameters, translated where a person reads it. Everything that is thrown and is
 * not a Rejection is a defect and reaches people only as a trace id.
 */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly code: RejectionCode;
  readonly params: RejectionParams;

  constructor(code: RejectionCode, params: RejectionParams = {}) {
    super(`${code}: ${translateRejection({ code, params }, 'en')}`);
    this.code = code;
    this.params = params;
  }
}

export const RejectionCode = z.custom<RejectionCode>(
  (value) => typeof value === 'string' && Object.hasOwn(en, value),
);
export const RejectionValue = z.strictObject({
  code: RejectionCode,
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type RejectionValue = z.infer<typeof RejectionValue>;

export const rejectionCodes = Object.keys(en) as RejectionCode[];

/** The line of a refusal before its parameters are filled in, for a list of all of them. */
export const rejectionTemplate = (code: RejectionCode, locale: Locale): string => catalogues[locale][code];

/** One line for people: what is wrong, where, and what to do. */
export function translateRejection(
  rejection: { code: RejectionCode; params: RejectionParams },
  locale: Locale,
): string {
  const { code, params } = rejection;
  if (code !== 'run.card-lint') return fillTemplate(catalogues[locale][code], params, locale);
  const advice = lintAdvice(String(params.advice), params, locale);
  return fillTemplate(catalogues[locale][code], { ...params, advice }, locale);
}
