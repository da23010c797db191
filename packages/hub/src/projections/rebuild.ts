import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '@tsudoi/schema';
import {
  type Database,
  inTransaction,
  type Queryable,
  sqlState,
  type Transaction,
} from '../log/connection.ts';
import { logHead, readLog } from '../log/read-log.ts';
import { applyEvents, applyOneByOne } from './apply-events.ts';
import { LeaderLock } from './leader-lock.ts';
import type { Projection } from './projection.ts';
import { allProjections } from './registry.ts';
import { createShadowTables, swapTables } from './shadow-tables.ts';

const batchSize = 2000;
const swapAttempts = 20;
/** How long the switch may wait for readers of the live tables; new readers wait behind it meanwhile. */
const swapWaitMs = 250;

export interface RebuildOptions {
  signal?: AbortSignal;
  onProgress?: (position: number, head: number) => void;
}

/** The names of all read models, in the order in which they are rebuilt. */
export const allProjectionNames: readonly string[] = allProjections.map(({ name }) => name);

/** @throws Error when there is no projection of this name */
export function projectionNamed(name: string): Projection {
  const projection = allProjections.find((candidate) => candidate.name === name);
  if (projection) return projection;
  const known = allProjections.map((candidate) => candidate.name).join(', ');
  throw new Error(`there is no projection "${name}"; there are ${known}`);
}

/** Makes a read model anew while the old rows serve: see `rebuildProjection`. */
export function rebuild(hub: { sql: Database }, name: string, options: RebuildOptions = {}): Promise<number> {
  return rebuildProjection(hub.sql, projectionNamed(name), options);
}

/**
 * Makes a projection's rows anew from position 1 in tables beside the live ones, which readers and the projector go on
 * using, and then puts them in their place together with the checkpoint, in one transaction. Clears the error of a
 * stopped projection. A rebuild that is cut off leaves nothing but a schema, which the next one removes.
 * @returns the position up to which the rows are made
 * @throws PoisonEvent when an event cannot be taken; Error when the same rebuild is at work already
 */
export async function rebuildProjection(
  sql: Database,
  projection: Projection,
  options: RebuildOptions = {},
): Promise<number> {
  const lock = new LeaderLock(sql, lockKey(projection.name));
  try {
    if (!(await lock.tryAcquire())) throw new Error(`${projection.name} is being rebuilt already`);
    const [{ live }] = await sql<{ live: string }[]>`select current_schema() as live`;
    const place = { live, shadow: `rebuild_${projection.name}` };
    await inTransaction(sql, 'read write', async (tx) => {
      await tx`set local client_min_messages = warning`;
      await tx`drop schema if exists ${tx(place.shadow)} cascade`;
      await actAsOwner(tx, projection, live);
      await tx`create schema ${tx(place.shadow)}`;
      await createShadowTables(tx, projection, place);
    });
    const position = await fill(sql, projection, place, options);
    return await switchOver(sql, projection, place, position);
  } finally {
    await lock.close();
  }
}

/** Whoever rebuilds (a person at a terminal, say), the tables stay with the role that the hub works as. */
async function actAsOwner(tx: Transaction, { tables }: Projection, live: string): Promise<void> {
  const [row] = await tx<{ owner: string }[]>`
    select tableowner as owner from pg_tables
    where schemaname = ${live} and tablename = any(${[...tables]}::text[]) and tableowner <> current_user limit 1`;
  if (row) await tx`set local role ${tx(row.owner)}`;
}

interface Place {
  live: string;
  shadow: string;
}

/** Applies the log to the shadow tables until less than a batch is left. @returns the last position applied */
async function fill(
  sql: Database,
  projection: Projection,
  place: Place,
  { signal, onProgress }: RebuildOptions,
): Promise<number> {
  let position = 0;
  let reading = readLog(sql, 0, batchSize, projection.types);
  for (;;) {
    const events = await reading;
    if (events.length < batchSize) return position;
    signal?.throwIfAborted();
    const next = events[events.length - 1].position;
    reading = readLog(sql, next, batchSize, projection.types); // while these are applied
    reading.catch(() => {}); // awaited in the next turn, if there is one
    await inTransaction(sql, 'read write', (tx) => applyInside(tx, place, projection, events));
    position = next;
    if (onProgress)
      onProgress(position, (await sql<{ position: number }[]>`select position from log_head`)[0].position);
  }
}

async function applyInside(
  tx: Queryable,
  { live, shadow }: Place,
  projection: Projection,
  events: readonly RecordedEvent[],
): Promise<void> {
  // The tables grow from nothing within one session: a plan made for empty ones must not read all rows later.
  await tx`select set_config('search_path', ${`${shadow}, ${live}`}, true), set_config('enable_seqscan', 'off', true)`;
  await applyEvents(tx, projection, events);
}

async function switchOver(
  sql: Database,
  projection: Projection,
  place: Place,
  from: number,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(sql, 'isolation level read committed', async (tx) => {
        const { name, version } = projection;
        await tx`select set_config('lock_timeout', ${`${swapWaitMs}ms`}, true)`;
        // Held from here on: a projector that is at work on this projection finds itself overtaken.
        await tx`
          insert into projection (name, version, position) values (${name}, ${version}, 0)
          on conflict (name) do update set version = ${version}, error = null`;
        const { position } = await logHead(tx);
        await replay(tx, projection, position, { from, place });
        await swapTables(tx, projection, place);
        await tx`
          update projection set position = ${position}, updated_at = clock_timestamp() where name = ${name}`;
        await tx`
          update projection_failure set retried_at = clock_timestamp() where name = ${name} and retried_at is null`;
        await tx`drop schema ${tx(place.shadow)}`;
        return position;
      });
    } catch (error) {
      const inTheWay = ['55P03', '40P01'].includes(sqlState(error) ?? '');
      if (!inTheWay || attempt === swapAttempts) throw error;
      await delay(50 * attempt);
    }
  }
}

/** Applies the log after `from` up to `until`: in place of the rebuilt tables together, else one by one. */
export async function replay(
  tx: Queryable,
  projection: Projection,
  until: number,
  { from = 0, place = null }: { from?: number; place?: Place | null } = {},
): Promise<void> {
  let position = from;
  while (position < until) {
    const events = (await readLog(tx, position, batchSize, projection.types)).filter(
      (event) => event.position <= until,
    );
    if (events.length === 0) break;
    if (place) await applyInside(tx, place, projection, events);
    else await applyOneByOne(tx, projection, events);
    position = events[events.length - 1].position;
  }
  if (place)
    await tx`select set_config('search_path', ${place.live}, true), set_config('enable_seqscan', 'on', true)`;
}

/** One lock for each name (FNV-1a, over a base that only rebuilds use). */
function lockKey(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return 7_783_000_000 + (hash % 1_000_000);
}
