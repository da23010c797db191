import { TRPCError } from '@trpc/server';
import { projectedPosition, waitForProjections } from '@tsudoi/hub';
import { Rejection } from '@tsudoi/schema';
import { cookies, headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { cache } from 'react';
import { contextOf } from './context.ts';
import { hub } from './hub.ts';
import { createCaller } from './router.ts';

/** The reader who opened the page, and what the page contains at least: read before anything else that is on it. */
const opened = cache(async () => {
  const [head] = await Promise.all([headers(), cookies()]);
  const context = await contextOf(withoutBearer(head), null);
  if (context.after !== null) await waitForProjections(hub(), context.after, 2000);
  return { context, position: await projectedPosition(hub()) };
});

/** The same procedures that everybody calls, asked by a page for the reader who opened it. Once per request. */
export const api = cache(async () => createCaller((await opened()).context));

/** The position of the log that the page contains at least. */
export const positionOfPage = async () => (await opened()).position;

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
