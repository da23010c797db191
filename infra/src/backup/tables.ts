import type { Queryable } from '@tsudoi/hub';

/**
 * What is left out, and why. Everything else is backed up, so that a table which somebody adds later is in it.
 */
const leftOut: Record<string, string> = {
  projection: 'made anew from the log',
  projection_failure: 'made anew from the log',
  reactor: 'each process finds its place by itself',
  schema_migration: 'stands in the manifest; the migrations themselves are run',
  session: 'people sign in again',
  span: 'may be lost without harm',
};

/** What makes people readable. It goes with the keys, apart from the log, and is kept for the newest backup only. */
const personal = ['profile', 'identity'];
const personalSchema = 'personal';

export interface TableShape {
  /** Null for the schema that the hub's own tables are in. */
  schema: string | null;
  table: string;
  columns: string[];
  personal: boolean;
}

/** The tables of a hub that a backup holds, in a fixed order. */
export async function tablesOf(sql: Queryable): Promise<TableShape[]> {
  const rows = await sql<{ schema: string | null; table: string; columns: string[] }[]>`
    select nullif(n.nspname, current_schema()) as schema, c.relname as table,
           array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind = 'r' and n.nspname in (current_schema(), ${personalSchema})
    group by n.nspname, c.relname order by n.nspname, c.relname`;
  return rows
    .filter(({ table }) => !table.startsWith('view_') && !(table in leftOut))
    .map(({ schema, table, columns }) => ({
      ...{ schema, table, columns },
      personal: schema === personalSchema || personal.includes(table),
    }));
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const qualified = ({ schema, table }: { schema: string | null; table: string }): string =>
  schema === null ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
