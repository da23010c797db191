import type { Hub } from '@tsudoi/hub';

/** Notes how far a reactor has come, and what stops it if something does; the status page shows it. */
export async function saveReactorPosition(
  sql: Hub['sql'],
  name: string,
  position: number,
  error: string | null = null,
): Promise<void> {
  await sql`
    insert into reactor (name, position, error) values (${name}, ${position}, ${error})
    on conflict (name) do update
      set position = excluded.position, error = excluded.error, updated_at = clock_timestamp()`;
}
