import { randomUUID } from 'node:crypto';
import { execute, type Hub, verifyChain } from '@tsudoi/hub';
import type { Command } from '@tsudoi/schema';
import postgres from 'postgres';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { emmettName, openEmmett } from '../hub/emmett.ts';
import { type BenchServer, commitSeconds, perSecond, startBenchServer } from '../hub/server.ts';
import { join, revoke } from '../hub/steady-load.ts';

const send = (hub: Hub, command: Command) =>
  execute(hub, command, { actor: { kind: 'system', name: 'bench' }, commandId: randomUUID() });

export const bench: Bench = {
  about:
    'commands/s through decide + append + inline projection + receipt, durable; peers: Emmett, a bare INSERT',
  async *cases(options) {
    const server = await startBenchServer(options.scratch);
    try {
      const floor = 1 / (await commitSeconds(server.url));
      for (const [clients, must, aim] of [
        [1, 0.8, 1.2],
        [8, 1, 1.5],
        [32, 2.5, 4],
      ] as const) {
        yield await againstEmmett(server, options, {
          clients,
          must,
          aim,
          floor: clients === 1 ? floor : null,
        });
      }
      yield againstBareInsert(server, options);
    } finally {
      await server.close();
    }
  },
};

const commandsPerRun = (quick: boolean, clients: number) => (quick ? 40 + 10 * clients : 200 + 150 * clients);

async function people(count: number, joined: (personId: string) => Promise<unknown>): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await perSecond(ids, 64, joined);
  return ids;
}

async function againstEmmett(
  server: BenchServer,
  { quick }: BenchOptions,
  { clients, must, aim, floor }: { clients: number; must: number; aim: number; floor: number | null },
): Promise<BenchCase> {
  const emmett = await openEmmett(await server.otherDatabase(`emmett_${clients}`));
  const count = commandsPerRun(quick, clients);
  const { hub } = server;
  let [ourCommands, theirCommands] = [0, 0];
  const revokedBefore = await revocations(hub);
  return {
    case: `${clients} client${clients === 1 ? '' : 's'}`,
    peer: emmettName,
    unit: 'commands/s',
    better: 'more',
    ...{ must, aim, floor },
    note: 'floor: one durable commit of one row for each command, one client; ours also chains hashes and files a receipt',
    async ours() {
      const ids = await people(count, (personId) => send(hub, join(personId)));
      ourCommands += count;
      return perSecond(ids, clients, (personId) => send(hub, revoke(personId)));
    },
    async theirs() {
      const ids = await people(count, (personId) => emmett.join(personId));
      theirCommands += count;
      return perSecond(ids, clients, (personId) => emmett.revokeRole(personId));
    },
    async verify() {
      const theirs = await emmett.counts();
      const [{ left }] = await hub.sql<
        { left: number }[]
      >`select count(*)::int as left from permission_grant`;
      const ours = (await revocations(hub)) === revokedBefore + ourCommands && left === 0;
      return ours && theirs.events === 3 * theirCommands && theirs.grants === 0 && (await whole(hub));
    },
    close: () => emmett.close(),
  };
}

function againstBareInsert(server: BenchServer, { quick }: BenchOptions): BenchCase {
  const { hub } = server;
  const count = commandsPerRun(quick, 32);
  const sql = postgres(server.url, { max: 32, onnotice: () => {} });
  let inserted = 0;
  const made = sql`create table bare (id uuid primary key, data jsonb not null)`.execute();
  return {
    case: '32 clients',
    peer: 'a bare INSERT per transaction',
    unit: 'commands/s',
    better: 'more',
    must: 0.5,
    aim: 0.8,
    async ours() {
      const ids = await people(count, (personId) => send(hub, join(personId)));
      return perSecond(ids, 32, (personId) => send(hub, revoke(personId)));
    },
    async theirs() {
      await made;
      const ids = Array.from({ length: count }, () => randomUUID());
      inserted += count;
      return perSecond(
        ids,
        32,
        (id) => sql`insert into bare values (${id}, ${sql.json({ role: 'contributor' })})`,
      );
    },
    async verify() {
      const [{ rows }] = await sql<{ rows: number }[]>`select count(*)::int as rows from bare`;
      return rows === inserted && (await whole(hub));
    },
    close: () => sql.end(),
  };
}

async function revocations(hub: Hub): Promise<number> {
  const [{ n }] = await hub.sql<
    { n: number }[]
  >`select count(*)::int as n from event where type = 'RoleRevoked'`;
  return n;
}

const whole = async (hub: Hub): Promise<boolean> => (await verifyChain(hub.sql)).problem === null;
