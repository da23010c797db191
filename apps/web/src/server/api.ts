import { TRPCError } from '@trpc/server';
import { Rejection } from '@tsudoi/schema';
import { cookies, headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { cache } from 'react';
import { contextOf } from './context.ts';
import { createCaller } from './router.ts';

/** The same procedures that everybody calls, asked by a page for the reader who opened it. Once per request. */
export const api = cache(async () => {
  const [head] = await Promise.all([headers(), cookies()]);
  return createCaller(await contextOf(withoutBearer(head), null));
});

export const viewerOfPage = cache(async () => (await api()).session.viewer());

/** Shows the not-found page for an id that does not exist or is no id at all. */
export async function orNotFound<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    const cause = error instanceof TRPCError ? error.cause : error;
    const unknown =
      cause instanceof Rejection && (cause.code.endsWith('.unknown') || cause.code === 'input.invalid');
    if (unknown || (error instanceof TRPCError && error.code === 'BAD_REQUEST')) notFound();
    throw error;
  }
}

/** A page is read with a session; a token in the address bar's request would be a mistake. */
function withoutBearer(head: Headers): Headers {
  const copy = new Headers(head);
  copy.delete('authorization');
  return copy;
}
