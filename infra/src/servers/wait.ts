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
    if (await attempt().catch(() => false)) return;
    await delay(50);
  }
  throw new Error(`${what} did not answer within ${seconds} s`);
}
