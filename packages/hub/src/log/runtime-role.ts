import type { Queryable } from './connection.ts';

/** The role that the hub's processes work as. Migrations run as the owner of the database. */
export const runtimeRole = 'tsudoi_hub';

/** What the runtime role may do with tables that must not change under it. Everything else it may read and write. */
const restricted: Record<string, string> = {
  event: 'select, insert',
  command_receipt: 'select, insert',
  log_head: 'select, update',
  stream: 'select, insert, update',
  schema_migration: 'select',
};

/**
 * Gives the runtime role what it needs on everything that migrations have made so far, and no more: events and receipts
 * can be added by it and never changed or taken away. It owns the tables of read models, because a rebuild swaps them.
 * On a server where the owner may not create roles nothing is done, and the hub works as the owner.
 */
export async function grantToRuntimeRole(sql: Queryable): Promise<void> {
  const [{ allowed }] = await sql<{ allowed: boolean }[]>`
    select rolsuper or rolcreaterole as allowed from pg_roles where rolname = current_user`;
  if (!allowed) return;
  await sql.unsafe(`do $$
    declare made record;
    begin
      if not exists (select from pg_roles where rolname = '${runtimeRole}') then
        begin create role ${runtimeRole} nologin; exception when duplicate_object or unique_violation then null; end;
      end if;
      if not pg_has_role(current_user, '${runtimeRole}', 'member') then
        execute format('grant ${runtimeRole} to %I', current_user);
      end if;
      execute format('grant create on database %I to ${runtimeRole}', current_database());
      for made in select nspname as name from pg_namespace
        where nspname !~ '^(pg_|information_schema$|rebuild_|verify_)'
      loop
        execute format('grant usage, create on schema %I to ${runtimeRole}', made.name);
        execute format('grant select, insert, update, delete on all tables in schema %I to ${runtimeRole}', made.name);
        execute format('grant usage on all sequences in schema %I to ${runtimeRole}', made.name);
      end loop;
      for made in select tablename as name from pg_tables
        where schemaname = current_schema() and tablename like 'view\\_%' and tableowner <> '${runtimeRole}'
      loop
        execute format('alter table %I owner to ${runtimeRole}', made.name);
      end loop;
    end $$`);
  for (const [table, rights] of Object.entries(restricted)) {
    await sql.unsafe(
      `revoke all on ${table} from ${runtimeRole}; grant ${rights} on ${table} to ${runtimeRole}`,
    );
  }
}

/** Lets the runtime role sign in with this password (local servers; elsewhere whoever runs the server does it). */
export async function letRuntimeRoleSignIn(sql: Queryable, password: string): Promise<void> {
  await sql.unsafe(`alter role ${runtimeRole} login password '${password.replaceAll("'", "''")}'`);
}
