import {
  licenceRules,
  Rejection,
  type RejectionCode,
  type RejectionParams,
  translateRejection,
} from '@tsudoi/schema';
import { z } from 'zod';
import en from '../../messages/en.json' with { type: 'json' };
import ja from '../../messages/ja.json' with { type: 'json' };
import type { Locale } from '../i18n/locale.ts';

/** A refusal as it travels: the code and parameters for programs, one translated line for people. */
export interface RejectionShape {
  code: RejectionCode;
  params: RejectionParams;
  text: string;
}

const words = { ja, en };

export function rejectionShape(
  rejection: { code: RejectionCode; params: RejectionParams },
  locale: Locale,
): RejectionShape {
  const { code, params } = rejection;
  return { code, params, text: translateRejection({ code, params: inWords(params, locale) }, locale) };
}

/** Parameters that are identifiers of ours (states, rules, rights, kinds) read as words of the language. */
function inWords(params: RejectionParams, locale: Locale): RejectionParams {
  const m = words[locale];
  const dictionaries: Record<string, Record<string, string>> = {
    state: {
      ...m.annotationItemState,
      ...m.annotationSetState,
      ...m.releaseState,
      ...m.sourceState,
      ...m.jobState,
      ...m.runState,
    },
    check: m.releaseCheck,
    rule: m.licenceRule,
    right: m.right,
    role: m.role,
    permission: Object.fromEntries(
      Object.entries(m.permission).map(([key, word]) => [key.replace('-', '.'), word]),
    ),
    kind: { ...m.jobKind, ...m.artifactKind },
    expected: m.artifactKind,
    stage: m.jobKind,
    what: m.need,
    field: m.field,
  };
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, dictionaries[name]?.[String(value)] ?? value]),
  );
}

const localeErrors = { ja: z.locales.ja().localeError, en: z.locales.en().localeError };

/** The first thing wrong with an input, as a rejection naming the field. */
export function invalidInput(error: z.ZodError, locale: Locale): RejectionShape {
  const issue = error.issues[0]!;
  const raw = { ...issue, input: undefined } as Parameters<typeof localeErrors.ja>[0];
  const translated = localeErrors[locale](raw);
  const problem = typeof translated === 'string' ? translated : (translated?.message ?? issue.message);
  const shape = rejectionShape(
    { code: 'input.invalid', params: { field: issue.path.join('.'), problem } },
    locale,
  );
  return { ...shape, params: { ...shape.params, field: issue.path.join('.') } };
}

/** Sentence that explains a licence rule. */
export function ruleSentence(rule: string, locale: Locale): string {
  return rule in licenceRules ? licenceRules[rule as keyof typeof licenceRules][locale] : rule;
}

const statusOf: Partial<Record<RejectionCode, number>> = {
  'auth.sign-in-needed': 401,
  'auth.token-unknown': 401,
  'auth.token-revoked': 401,
  'auth.not-permitted': 403,
  'auth.not-permitted-here': 403,
  'auth.foreign-origin': 403,
  'auth.token-expired': 401,
  'artifact.source-withdrawn': 403,
  'person.not-yourself': 403,
  'artifact.not-downloadable': 403,
  'persona.not-local': 403,
  'rate.limited': 429,
  'hub.busy': 503,
  'model.server-away': 503,
  'model.unknown-path': 404,
  'api.method': 405,
  'api.not-json': 400,
  'api.version': 404,
  'batch.too-large': 413,
  'body.too-large': 413,
  'command.id-missing': 400,
  'command.id-differs': 400,
  'command.id-reused': 409,
  'input.invalid': 400,
  'stream.exists': 409,
  'upload.too-large': 413,
  'stream.conflict': 409,
  'lease.stale-epoch': 409,
  'lease.not-held': 409,
};

export function httpStatusOf(code: RejectionCode): number {
  return statusOf[code] ?? (code.endsWith('.unknown') || code.endsWith('.missing') ? 404 : 422);
}

/** A refusal for now says when to come again, in whole seconds (RFC 9110, 10.2.3). */
export function retryAfter({ seconds }: RejectionParams): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(Math.ceil(Number(seconds))) };
}

/** A route handler's answer to a refusal; anything else is a defect and shows only its trace id. */
export function errorResponse(error: unknown, locale: Locale, traceId: string | null): Response {
  if (error instanceof Rejection) {
    return Response.json(
      { rejection: rejectionShape(error, locale) },
      { status: httpStatusOf(error.code), headers: retryAfter(error.params) },
    );
  }
  if (error instanceof z.ZodError) {
    return Response.json({ rejection: invalidInput(error, locale) }, { status: 400 });
  }
  console.error(`request failed (trace ${traceId ?? '-'})`, error);
  return Response.json({ traceId }, { status: 500 });
}
