import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../log/connection.ts';
import { allProjections } from './registry.ts';

/**
 * Waits until every read model contains the log up to `position`, so that people see what they have just done.
 * @returns false when the time is over, or at once when a projection has stopped and will not get there
 */
export async function waitForProjections(
  hub: { sql: Database },
  position: number,
  timeoutMs: number,
): Promise<boolean> {
  const names = allProjections.map(({ name }) => name);
  const deadline = Date.now() + timeoutMs;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 60)) {
    const [row] = await hub.sql<{ reached: number; stopped: number }[]>`
      select count(*) filter (where position >= ${position})::int as reached,
             count(*) filter (where position < ${position} and error is not null)::int as stopped
      from projection where name in ${hub.sql(names)}`;
    if (row.reached === names.length) return true;
    if (row.stopped > 0 || Date.now() + pause > deadline) return false;
    await delay(pause);
  }
}
