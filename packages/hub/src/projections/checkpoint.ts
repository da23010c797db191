import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';
import type { Projection } from './projection.ts';

const Row = z.object({ name: z.string(), version: z.int(), position: z.int(), error: z.string().nullable() });
export type Checkpoint = z.infer<typeof Row>;

export async function readCheckpoints(sql: Queryable): Promise<Checkpoint[]> {
  return z.array(Row).parse(await sql`select name, version, position, error from projection order by name`);
}

/**
 * Makes sure that each projection has a checkpoint. One whose code is newer than its rows starts again from the
 * beginning of the log; one that had stopped gets another try, since a start mostly means a new release.
 */
export async function registerProjections(sql: Queryable, projections: readonly Projection[]): Promise<void> {
  for (const { name, version } of projections) {
    await sql`
      insert into projection (name, version, position) values (${name}, ${version}, 0)
      on conflict (name) do update set error = null`;
  }
}

/**
 * Compare-and-set: moves the checkpoint from `from` to `to` and holds its row until the transaction ends.
 * @returns false when somebody else has moved it meanwhile
 */
export async function moveCheckpoint(
  sql: Queryable,
  { name, version }: Projection,
  from: number,
  to: number,
): Promise<boolean> {
  const rows = await sql`
    update projection set position = ${to}, updated_at = clock_timestamp()
    where name = ${name} and version = ${version} and position = ${from} and error is null
    returning name`;
  return rows.length === 1;
}

/** Stops a projection before the event it cannot take. */
export async function stopProjection(
  sql: Queryable,
  { name, version }: Projection,
  position: number,
  error: string,
): Promise<void> {
  await sql`
    update projection set error = ${error.slice(0, 1000)}, updated_at = clock_timestamp()
    where name = ${name} and version = ${version} and position = ${position}`;
}
