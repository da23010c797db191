import type { RejectionCode } from '@tsudoi/schema';
import type { Locale } from '../../i18n/locale.ts';
import { rejectionShape, retryAfter } from '../rejections.ts';
import { type Problem, problemOf } from './problem.ts';

/**
 * Refusals as OpenAI's API has them, so that its clients make their own errors of them. Where it has a code for the
 * case that code stands there, else ours; `rejection` beside it is the same for the portal's pages.
 */
const codes: Partial<Record<RejectionCode, string>> = {
  'auth.sign-in-needed': 'invalid_api_key',
  'auth.token-unknown': 'invalid_api_key',
  'auth.token-revoked': 'invalid_api_key',
  'auth.token-expired': 'invalid_api_key',
  'rate.limited': 'rate_limit_exceeded',
  'hub.busy': 'overloaded',
  'model.server-away': 'overloaded',
  'model.unknown-path': 'unknown_url',
  'artifact.unknown': 'model_not_found',
  'generate.prompt-too-long': 'context_length_exceeded',
  'input.invalid': 'invalid_value',
  'api.not-json': 'invalid_json',
  'upload.too-large': 'too_large',
};
const aboutModel = /^(model|artifact|object)\./;

export const openaiCode = (code: Problem['code']): string =>
  code === 'internal' ? 'internal_error' : (codes[code] ?? code);

export function openaiRefusal(error: unknown, locale: Locale, traceId: string): Response {
  const { code, detail, status, params } = problemOf(error, locale, traceId);
  const field = code === 'input.invalid' ? String(params.field) || null : null;
  const param =
    field ?? (aboutModel.test(code) && status !== 503 && code !== 'model.unknown-path' ? 'model' : null);
  const body = { message: detail, type: openaiType(status), param, code: openaiCode(code) };
  const rejection = code === 'internal' ? {} : { rejection: rejectionShape({ code, params }, locale) };
  return Response.json({ error: body, ...rejection }, { status, headers: retryAfter(params) });
}

function openaiType(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
