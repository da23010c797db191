import type { Hub } from '@tsudoi/hub';

/** Notes how far a reactor has come, with what last went wrong if something did; the status page shows it. */
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

/** Notes what stops a reactor; its position stays. */
export async function saveReactorError(sql: Hub['sql'], name: string, error: string): Promise<void> {
  await sql`
    insert into reactor (name, position, error) values (${name}, 0, ${error})
    on conflict (name) do update set error = excluded.error, updated_at = clock_timestamp()`;
}
