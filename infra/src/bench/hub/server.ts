import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Hub, openHub } from '@tsudoi/hub';
import { migrate } from '@tsudoi/hub/migrate';
import postgres from 'postgres';
import { freePort } from '../../servers/ports.ts';
import { postgresHome, startPostgres } from '../../servers/postgres.ts';

export interface BenchServer {
  hub: Hub;
  url: string;
  /** Another database of the same server, for the peer. */
  otherDatabase(name: string): Promise<string>;
  /** Takes the log back to its beginning, as no hub may: the triggers are off meanwhile. */
  emptyLog(): Promise<void>;
  close(): Promise<void>;
}

/** A real PostgreSQL with durable commits and a migrated hub on it, for one bench. */
export async function startBenchServer(scratch: string, poolSize = 10): Promise<BenchServer> {
  const dir = join(scratch, 'server');
  mkdirSync(dir);
  for (const folder of [scratch, dir]) chmodSync(folder, 0o755);
  const { child, url } = await startPostgres({
    dir,
    logFile: join(dir, 'postgres.log'),
    port: await freePort(),
    password: 'bench',
    durable: true,
  });
  const hub = openHub({ databaseUrl: url, leaseSeconds: 90, poolSize, personalKey: '5a'.repeat(32) });
  await migrate(hub.sql);
  return {
    hub,
    url,
    async otherDatabase(name) {
      await hub.sql`create database ${hub.sql(name)}`;
      return url.replace(/\/[^/]+$/, `/${name}`);
    },
    async emptyLog() {
      await hub.sql.unsafe(`alter table event disable trigger all; truncate event, stream, command_receipt;
        alter table event enable trigger all;
        update log_head set position = 0, hash = decode(repeat('00', 32), 'hex')`);
    },
    async close() {
      await hub.close(2);
      await child.stop();
      rmSync(postgresHome(dir), { recursive: true, force: true });
    },
  };
}

/** Seconds that a commit of one small row takes on this disk, the median of 100: the floor under every durable append. */
export async function commitSeconds(url: string): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create table if not exists commit_probe (n integer)`;
  const times: number[] = [];
  for (let n = 0; n < 100; n++) {
    const started = performance.now();
    await sql`insert into commit_probe values (${n})`;
    times.push((performance.now() - started) / 1000);
  }
  await sql.end();
  return times.sort((a, b) => a - b)[50];
}

/** The value below which such a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}

/** Runs `work` for each of `items` with so many clients, each waiting for its answer. @returns calls per second */
export async function perSecond<Item>(
  items: readonly Item[],
  clients: number,
  work: (item: Item) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < items.length) await work(items[next++]);
    }),
  );
  return items.length / ((performance.now() - started) / 1000);
}
