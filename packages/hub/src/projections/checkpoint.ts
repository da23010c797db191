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
    await sql`
      update projection_failure set retried_at = clock_timestamp() where name = ${name} and retried_at is null`;
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

/** Stops a projection before the event it cannot take, and notes the stop for the operations page. */
export async function stopProjection(
  sql: Queryable,
  { name, version }: Projection,
  position: number,
  error: string,
): Promise<void> {
  const reason = error.slice(0, 1000);
  await sql`
    with stopped as (
      update projection set error = ${reason}, updated_at = clock_timestamp()
      where name = ${name} and version = ${version} and position = ${position} returning name
    )
    insert into projection_failure (name, version, position, error)
    select name, ${version}, ${position + 1}, ${reason} from stopped`;
}

/**
 * Lets a stopped projection try its event again, after a fix. It goes on within a second if a projector runs.
 * @returns false when it was not stopped
 */
export async function retryProjection({ sql }: { sql: Queryable }, name: string): Promise<boolean> {
  const rows = await sql`
    with restarted as (
      update projection set error = null, updated_at = clock_timestamp()
      where name = ${name} and error is not null returning name
    ), noted as (
      update projection_failure set retried_at = clock_timestamp()
      where name in (select name from restarted) and retried_at is null
    )
    select name from restarted`;
  return rows.length === 1;
}

export interface ProjectionStatus extends Checkpoint {
  /** How many events it has not seen yet. */
  lag: number;
  updatedAt: Date;
}

/** How far each read model is, and what stopped it if something did. */
export async function projectionStatus({ sql }: { sql: Queryable }): Promise<ProjectionStatus[]> {
  const rows = await sql<ProjectionStatus[]>`
    select name, version, position, error, updated_at as "updatedAt",
           greatest(0, (select position from log_head) - position) as lag
    from projection order by name`;
  return [...rows];
}
