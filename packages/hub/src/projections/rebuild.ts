import { type Database, inTransaction, type Queryable } from '../log/connection.ts';
import { readLog } from '../log/read-log.ts';
import type { Projection } from './projection.ts';
import { allProjections } from './registry.ts';

const batchSize = 500;

/**
 * Throws a projection's rows away and makes them again from the log, in one transaction: readers see the old rows until
 * it commits (which is why the rows are deleted and the tables not truncated). Clears the error of a stopped projection.
 * @returns the position up to which the rows are made
 */
export async function rebuild(hub: { sql: Database }, name: string): Promise<number> {
  const projection = allProjections.find((candidate) => candidate.name === name);
  if (!projection) throw new Error(`there is no projection ${name}`);
  return rebuildProjection(hub.sql, projection);
}

export async function rebuildProjection(sql: Database, projection: Projection): Promise<number> {
  const { name, version } = projection;
  return inTransaction(sql, 'isolation level read committed', async (tx) => {
    // The row is held from here on, so a runner that is at work on this projection finds itself overtaken.
    await tx`
      insert into projection (name, version, position) values (${name}, ${version}, 0)
      on conflict (name) do update set version = ${version}, position = 0, error = null`;
    for (const table of projection.tables) await tx`delete from ${tx(table)}`;
    const position = await replay(tx, projection, Number.MAX_SAFE_INTEGER);
    await tx`
      update projection set position = ${position}, updated_at = clock_timestamp() where name = ${name}`;
    return position;
  });
}

/** Applies the log from its beginning up to `until` or its end. @returns the last position applied */
export async function replay(sql: Queryable, projection: Projection, until: number): Promise<number> {
  let position = 0;
  while (position < until) {
    const events = await readLog(sql, position, Math.min(batchSize, until - position));
    if (events.length === 0) break;
    for (const event of events) await projection.apply(sql, event);
    position = events.at(-1)!.position;
  }
  return position;
}
