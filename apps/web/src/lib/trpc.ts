import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../server/router.ts';

/** The hub, from the browser. */
export const trpc = createTRPCClient<AppRouter>({
  links: [httpBatchLink({ url: '/api/trpc', maxItems: 10 })],
});

export interface Refusal {
  /** Rejection code, or null when something broke that nobody expected. */
  code: string | null;
  params: Record<string, string | number>;
  /** One translated line; empty when unexpected. */
  text: string;
  traceId: string | null;
}

/** What a failed call says to people. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof TRPCClientError) {
    const data = error.data as {
      rejection?: { code: string; params: Refusal['params']; text: string } | null;
      traceId?: string | null;
    } | null;
    if (data?.rejection) return { ...data.rejection, traceId: null };
    return { code: null, params: {}, text: '', traceId: data?.traceId ?? null };
  }
  return { code: null, params: {}, text: '', traceId: null };
}

/** The next page rendered by the server contains at least this position. */
export function readAfter(position: number): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `tsudoi-after=${position}; path=/; max-age=15; samesite=lax`;
}
