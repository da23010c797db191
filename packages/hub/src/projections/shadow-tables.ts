import type { Transaction } from '../log/connection.ts';
import type { Projection } from './projection.ts';

/**
 * Makes empty tables of the same shape as a projection's own in another schema: columns, defaults, keys and indexes,
 * the latter two under their own names, so that the tables can take the place of the live ones.
 */
export async function createShadowTables(
  tx: Transaction,
  projection: Projection,
  { live, shadow }: { live: string; shadow: string },
): Promise<void> {
  for (const table of projection.tables) {
    const [from, to] = [tx(`${live}.${table}`), tx(`${shadow}.${table}`)];
    await tx`create table ${to} (like ${from} including all excluding indexes)`;
    const keys = await tx<{ name: string; definition: string; index: number }[]>`
      select conname as name, pg_get_constraintdef(oid) as definition, conindid::int8 as index from pg_constraint
      where conrelid = ${`${live}.${table}`}::regclass and contype in ('p', 'u')`;
    for (const { name, definition } of keys) {
      await tx`alter table ${to} add constraint ${tx(name)} ${tx.unsafe(definition)}`;
    }
    const indexes = await tx<{ definition: string }[]>`
      select pg_get_indexdef(indexrelid) as definition from pg_index
      where indrelid = ${`${live}.${table}`}::regclass and indexrelid::int8 <> all(${keys.map(({ index }) => index)}::int8[])`;
    for (const { definition } of indexes) {
      await tx.unsafe(definition.replace(` ON ${live}.${table} `, ` ON ${shadow}.${table} `));
    }
  }
}

/** Puts the shadow tables in the place of the live ones, which are dropped. Waits for readers of this moment only. */
export async function swapTables(
  tx: Transaction,
  projection: Projection,
  { live, shadow }: { live: string; shadow: string },
): Promise<void> {
  for (const table of [...projection.tables].sort())
    await tx`lock table ${tx(`${live}.${table}`)} in access exclusive mode`;
  for (const table of projection.tables) {
    await tx`drop table ${tx(`${live}.${table}`)}`;
    await tx`alter table ${tx(`${shadow}.${table}`)} set schema ${tx(live)}`;
  }
}
