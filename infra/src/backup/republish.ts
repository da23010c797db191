import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../instance.ts';
import type { Broker } from '../log-stream.ts';
import { checkoutRoot } from '../paths.ts';
import { baseEnvironment, startChild } from '../servers/child.ts';
import type { Progress } from './objects.ts';

const stallMs = 30_000;

/**
 * Fills NATS from the log: the hub's own publisher, for as long as it takes.
 * @throws Error when it ends, or does not get on for 30 s; its log says why
 */
export async function republish(
  instance: Instance,
  { databaseUrl, personalKey, broker }: { databaseUrl: string; personalKey: string; broker: Broker },
  position: number,
  progress: Progress,
): Promise<void> {
  const publisher = startChild({
    name: 'publisher',
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      join(checkoutRoot, 'apps/workers/src/main.ts'),
      '--roles',
      'publisher',
    ],
    env: {
      ...baseEnvironment(),
      ...broker.environment,
      DATABASE_URL: databaseUrl,
      PERSONAL_DATA_KEY: personalKey,
      HUB_URL: 'http://127.0.0.1:9', // spans go nowhere
      HUB_SECRET: instance.secrets().hub,
    },
    cwd: checkoutRoot,
    logFile: instance.logFile('publisher'),
  });
  try {
    let [last, since] = [-1, Date.now()];
    for (;;) {
      const now = await broker.stream.lastSequence().catch(() => 0);
      if (now >= position) return;
      if (now > last) [last, since] = [now, Date.now()];
      progress(`NATS: ${now} of ${position}`);
      if (!publisher.running() || Date.now() - since > stallMs)
        throw new Error(
          `the publisher stopped at ${now} of ${position}; see ${instance.logFile('publisher')}`,
        );
      await delay(50);
    }
  } finally {
    await publisher.stop();
  }
}
