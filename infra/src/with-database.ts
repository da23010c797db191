import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './instance.ts';
import { freePort } from './servers/ports.ts';
import { postgresHome, startPostgres } from './servers/postgres.ts';

/** For commands that look at a hub: none is made on the way. @throws Error that says how to get one */
export function requireDatabase(instance: Instance): void {
  if (process.env.DATABASE_URL || existsSync(join(postgresHome(instance.dir), 'postgres/PG_VERSION'))) return;
  throw new Error('there is no hub here yet; start one with "./tsudoi demo"');
}

/** Runs against the running hub's database, or starts the database alone for as long as `work` takes. */
export async function withDatabase<T>(
  instance: Instance,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  if (process.env.DATABASE_URL) return work(process.env.DATABASE_URL);
  const { postgres: password } = instance.secrets();
  const running = instance.state();
  if (running) return work(`postgres://tsudoi:${password}@127.0.0.1:${running.ports.postgres}/tsudoi`);
  instance.prepare();
  const { child, url } = await startPostgres({
    dir: instance.dir,
    logFile: instance.logFile('postgres'),
    port: await freePort(),
    password,
    durable: true,
  });
  try {
    return await work(url);
  } finally {
    await child.stop();
  }
}
