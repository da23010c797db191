import {
  activity,
  groups,
  type Hub,
  hubStatus,
  logHead,
  projectionStatus,
  rebuild,
  runProjections,
  verifyChain,
} from '@tsudoi/hub';
import { fillLog } from '@tsudoi/hub/fill-log';
import type { Bench, BenchOptions } from '../bench.ts';
import { type BenchServer, quantile, startBenchServer } from '../hub/server.ts';

/** Every read model of a long log made anew, one after the other, while the projector runs and pages are read. */
export const bench: Bench = {
  about:
    'seconds to make all read models anew beside the live ones, what queries take meanwhile, and the walk of the chain',
  async *cases(options) {
    const server = await startBenchServer(options.scratch);
    const events = options.quick ? 10_000 : 1_000_000;
    try {
      await fillLog(server.hub, events, {
        onProgress: (done) => done % 100_000 === 0 && options.progress(`${done} events written`),
      });
      const measured = await measure(server, events, options);
      const size = events.toLocaleString('en');
      const once = 'measured once; the harness is given the same figure each time';
      yield {
        case: `all read models of ${size} events`,
        peer: null,
        unit: 's per million events',
        better: 'less',
        must: 600,
        floor: (measured.floor / events) * 1e6,
        note: `${once}; ${measured.each}; floor: one INSERT … SELECT of the same rows into the same tables and indexes; a first build before it, and equal row hashes after`,
        ours: () => (measured.seconds / events) * 1e6,
        verify: () => measured.equal,
      };
      yield {
        case: 'queries meanwhile, p95',
        peer: null,
        unit: 'ms',
        better: 'less',
        must: 300,
        note: `${measured.queries} queries, none failed; ${once}`,
        ours: () => measured.p95,
        verify: () => measured.queries > 0,
      };
      const walked = await walk(server);
      yield {
        case: `verify-log walks ${size} events`,
        peer: null,
        unit: 's per million events',
        better: 'less',
        must: 120,
        note: `${once}; every hash recomputed, every stream row compared`,
        ours: () => (walked.seconds / events) * 1e6,
        verify: () => walked.problem === null && walked.events === events,
      };
    } finally {
      await server.close();
    }
  },
};

async function measure(server: BenchServer, events: number, { progress }: BenchOptions) {
  const { hub } = server;
  const names = await firstBuild(server);
  const before = await rowHashes(server);
  const times: number[] = [];
  let working = true;
  const reading = (async () => {
    while (working) {
      for (const query of [
        () => activity(hub, { limit: 50 } as never),
        () => groups(hub),
        () => hubStatus(hub),
      ]) {
        const started = performance.now();
        await query();
        times.push(performance.now() - started);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const each: string[] = [];
  let total = 0;
  for (const name of names) {
    const started = performance.now();
    await rebuild(hub, name, {
      onProgress: (position) => position % 100_000 === 0 && progress(`${name}: ${position} of ${events}`),
    });
    const seconds = (performance.now() - started) / 1000;
    total += seconds;
    each.push(`${name} ${seconds.toFixed(1)} s`);
  }
  working = false;
  await reading;
  const floor = await copySeconds(server);
  const equal = JSON.stringify(await rowHashes(server)) === JSON.stringify(before);
  return {
    seconds: total,
    floor,
    p95: quantile(times, 0.95),
    queries: times.length,
    equal,
    each: each.join(', '),
  };
}

/** What PostgreSQL alone takes to write these rows once more. */
async function copySeconds({ hub: { sql } }: BenchServer): Promise<number> {
  const started = performance.now();
  for (const name of await viewNames(sql)) {
    await sql`create table ${sql(`copy_of_${name}`)} (like ${sql(name)} including all)`;
    await sql`insert into ${sql(`copy_of_${name}`)} select * from ${sql(name)}`;
  }
  return (performance.now() - started) / 1000;
}

async function walk({ hub }: BenchServer) {
  const started = performance.now();
  const report = await verifyChain(hub.sql);
  return { seconds: (performance.now() - started) / 1000, ...report };
}

/** By the runner as it works in production. @returns the names of all read models */
async function firstBuild({ hub }: BenchServer): Promise<string[]> {
  const stop = new AbortController();
  const running = runProjections(hub, { signal: stop.signal, batchSize: 1000 });
  const { position } = await logHead(hub.sql);
  for (;;) {
    const status = await projectionStatus(hub);
    const behind = status.filter((one) => one.position < position);
    if (status.length > 0 && behind.length === 0) {
      stop.abort();
      await running;
      return status.map(({ name }) => name);
    }
    const stopped = behind.find(({ error }) => error !== null);
    if (stopped) throw new Error(`${stopped.name} stopped: ${stopped.error}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function viewNames(sql: Hub['sql']): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename like 'view\\_%' order by 1`;
  return tables.map(({ name }) => name);
}

/** Of each table of a read model: how many rows, and a sum over the hashes of the rows. */
async function rowHashes({ hub: { sql } }: BenchServer): Promise<unknown[]> {
  const hashes: unknown[] = [];
  for (const name of await viewNames(sql)) {
    const [row] = await sql`
      select count(*)::int as rows, sum(hashtextextended(t::text, 0)::numeric)::text as hash from ${sql(name)} t`;
    hashes.push({ name, ...row });
  }
  return hashes;
}
