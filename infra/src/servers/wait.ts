import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.ts';

/** Tries until it works; ends early with the child's own words when the child dies first. */
export async function waitUntil(
  what: string,
  child: Child | null,
  seconds: number,
  attempt: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (child && !child.running()) throw new Error(`${what} stopped while starting (${await child.ended})`);
    if (await answered(attempt, child, deadline - Date.now())) return;
    await delay(50);
  }
  throw new Error(`${what} did not answer within ${seconds} s`);
}

/** A server may take a question and never answer it: then the child's end or the time ends the wait. */
async function answered(attempt: () => Promise<boolean>, child: Child | null, ms: number): Promise<boolean> {
  const over = new AbortController();
  const late = delay(ms, false, { signal: over.signal }).catch(() => false);
  const ended = child ? [child.ended.then(() => false)] : [];
  try {
    return await Promise.race([attempt().catch(() => false), late, ...ended]);
  } finally {
    over.abort();
  }
}
