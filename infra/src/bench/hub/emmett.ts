import postgres from 'postgres';
import { npmPeers } from '../peers/npm.ts';

export const emmettName = 'Emmett PostgreSQL 0.42.0';
const packages = [
  '@event-driven-io/emmett-postgresql@0.42.0',
  '@event-driven-io/emmett@0.42.0',
  '@event-driven-io/pongo@0.16.11',
];

interface PersonState {
  joined: boolean;
  roles: string[];
}
interface PersonEvent {
  type: 'PersonJoined' | 'RoleGranted' | 'RoleRevoked';
  data: { personId: string; role: string };
}
type CommandHandler = (
  store: unknown,
  streamId: string,
  decide: (state: PersonState) => PersonEvent[],
) => Promise<unknown>;

export interface Emmett {
  join(personId: string): Promise<unknown>;
  revokeRole(personId: string): Promise<unknown>;
  /** Stored events, and rows that the inline projection left. */
  counts(): Promise<{ events: number; grants: number }>;
  close(): Promise<void>;
}

/** The same command as ours on Emmett: read the stream, decide, append, project inline; it files no receipt. */
export async function openEmmett(url: string): Promise<Emmett> {
  const peers = await npmPeers(packages);
  const emmett = peers.require('@event-driven-io/emmett') as {
    CommandHandler(options: object): CommandHandler;
    projections: { inline(definitions: unknown[]): unknown };
  };
  const { getPostgreSQLEventStore, postgreSQLRawSQLProjection } = peers.require(
    '@event-driven-io/emmett-postgresql',
  ) as {
    getPostgreSQLEventStore(
      url: string,
      options: object,
    ): { close(): Promise<void>; schema: { migrate(): Promise<unknown> } };
    postgreSQLRawSQLProjection(options: object): unknown;
  };
  const { SQL } = peers.require('@event-driven-io/dumbo') as {
    SQL(strings: TemplateStringsArray, ...values: unknown[]): unknown;
  };
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create table permission_grant (
    person_id uuid not null, role text not null, group_id uuid, unique nulls not distinct (person_id, role, group_id))`;
  const grants = postgreSQLRawSQLProjection({
    name: 'grants',
    canHandle: ['RoleGranted', 'RoleRevoked'],
    evolve: ({ type, data }: PersonEvent) =>
      type === 'RoleGranted'
        ? SQL`insert into permission_grant (person_id, role) values (${data.personId}, ${data.role})`
        : SQL`delete from permission_grant where person_id = ${data.personId} and role = ${data.role}
              and group_id is null`,
  });
  const store = getPostgreSQLEventStore(url, { projections: emmett.projections.inline([grants]) });
  await store.schema.migrate(); // before many calls at once want it, each holding a connection of the pool
  const handle = emmett.CommandHandler({
    initialState: (): PersonState => ({ joined: false, roles: [] }),
    evolve: (state: PersonState, { type, data }: PersonEvent): PersonState => {
      if (type === 'PersonJoined') return { ...state, joined: true };
      const others = state.roles.filter((role) => role !== data.role);
      return { ...state, roles: type === 'RoleGranted' ? [...others, data.role] : others };
    },
  });
  const event = (type: PersonEvent['type'], personId: string) => ({
    type,
    data: { personId, role: 'contributor' },
  });
  return {
    join: (personId) =>
      handle(store, `person-${personId}`, () => [
        event('PersonJoined', personId),
        event('RoleGranted', personId),
      ]),
    revokeRole: (personId) =>
      handle(store, `person-${personId}`, (state) => {
        if (!state.joined || !state.roles.includes('contributor')) throw new Error('the role is not held');
        return [event('RoleRevoked', personId)];
      }),
    async counts() {
      const [row] = await sql<{ events: number; grants: number }[]>`
        select (select count(*)::int from emt_messages) as events,
               (select count(*)::int from permission_grant) as grants`;
      return row;
    },
    async close() {
      await store.close();
      await sql.end();
    },
  };
}
