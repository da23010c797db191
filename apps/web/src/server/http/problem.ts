import { TRPCError } from '@trpc/server';
import { type Actor, actorKey } from '@tsudoi/hub';
import { Rejection, type RejectionCode, type RejectionParams } from '@tsudoi/schema';
import { z } from 'zod';
import type { Locale } from '../../i18n/locale.ts';
import { httpStatusOf, invalidInput, rejectionShape, retryAfter } from '../rejections.ts';

/** A refusal or a defect as problem details (RFC 9457). `code` is stable, `detail` is for people, `traceId` for both. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: RejectionCode | 'internal';
  params: RejectionParams;
  traceId: string;
}

const titles: Record<number, Record<Locale, string>> = {
  400: { ja: '要求が正しくありません', en: 'The request is not valid' },
  401: { ja: '認証が必要です', en: 'Authentication is needed' },
  403: { ja: '許可されていません', en: 'Not permitted' },
  404: { ja: '見つかりません', en: 'Not found' },
  405: { ja: 'メソッドが違います', en: 'Wrong method' },
  409: { ja: '現在の状態と食い違います', en: 'In conflict with the present state' },
  413: { ja: '大きすぎます', en: 'Too large' },
  422: { ja: '受け付けられません', en: 'Refused' },
  429: { ja: '要求が多すぎます', en: 'Too many requests' },
  500: { ja: '予期しないエラー', en: 'Unexpected error' },
  503: { ja: '混み合っています', en: 'Busy' },
};
const unexpected: Record<Locale, string> = {
  ja: '予期しないエラーです。追跡IDを添えて運営に知らせてください。',
  en: 'Something failed that nobody expected. Tell the operators the trace id.',
};

export function problemOf(error: unknown, locale: Locale, traceId: string): Problem {
  const cause = error instanceof TRPCError ? (error.cause ?? error) : error;
  if (cause instanceof z.ZodError) return refused(invalidInput(cause, locale), 400, locale, traceId);
  if (cause instanceof Rejection)
    return refused(rejectionShape(cause, locale), httpStatusOf(cause.code), locale, traceId);
  return {
    type: 'urn:tsudoi:problem:internal',
    title: titles[500]![locale],
    status: 500,
    detail: unexpected[locale],
    code: 'internal',
    params: {},
    traceId,
  };
}

function refused(
  { code, params, text }: ReturnType<typeof rejectionShape>,
  status: number,
  locale: Locale,
  traceId: string,
): Problem {
  const title = (titles[status] ?? titles[422]!)[locale];
  return { type: `urn:tsudoi:problem:${code}`, title, status, detail: text, code, params, traceId };
}

export function problemResponse(
  problem: Problem,
  locale: Locale,
  headers: Record<string, string> = {},
): Response {
  return Response.json(problem, {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': locale,
      'cache-control': 'no-store',
      'trace-id': problem.traceId,
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer realm="tsudoi"' } : {}),
      ...retryAfter(problem.params),
      ...headers,
    },
  });
}

/** One line per refusal, for operators: what was asked by whom, why it was refused, and the trace the caller was told. */
export function logRefusal(
  { code, status, traceId }: Pick<Problem, 'code' | 'status' | 'traceId'>,
  { method, path, actor }: { method: string; path: string; actor: Actor | null },
): void {
  const who = actor ? actorKey(actor) : 'anonymous';
  console.warn(
    JSON.stringify({ event: 'refused', code, status, method, path: path.slice(0, 200), actor: who, traceId }),
  );
}
