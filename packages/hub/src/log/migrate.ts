import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from './connection.ts';
import { grantToRuntimeRole } from './runtime-role.ts';

const migrations = fileURLToPath(new URL('../../migrations/', import.meta.url));
const advisoryLock = 7_783_001; // any constant: only migrations take it

/**
 * Applies the numbered SQL files that were not applied yet, each in its own transaction, forward only.
 * An applied file must never change: its checksum is kept and compared. Then the role that the hub works as gets its
 * rights on what there is now.
 * @returns the names of the files applied now
 */
export async function migrate(sql: Database, folder: string = migrations): Promise<string[]> {
  const session = await sql.reserve();
  try {
    await session`select pg_advisory_lock(${advisoryLock}::bigint)`;
    await session`create table if not exists schema_migration (
      file text primary key, checksum text not null, applied_at timestamptz not null default now())`;
    const known = await session<
      { file: string; checksum: string }[]
    >`select file, checksum from schema_migration`;
    const checksums = new Map(known.map(({ file, checksum }) => [file, checksum]));
    const applied: string[] = [];
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
      const text = await readFile(join(folder, file), 'utf8');
      const checksum = createHash('sha256').update(text).digest('hex');
      const before = checksums.get(file);
      if (before === checksum) continue;
      if (before) throw new Error(`migration ${file} was changed after it had been applied`);
      try {
        await session.unsafe(`begin;\n${text}\n;insert into schema_migration (file, checksum)
          values ('${file}', '${checksum}');commit;`);
      } catch (error) {
        await session.unsafe('rollback');
        console.error(`migration ${file} failed: ${error instanceof Error ? error.message : error}`);
        throw error;
      }
      applied.push(file);
    }
    if (folder === migrations) await grantToRuntimeRole(session);
    return applied;
  } finally {
    await session`select pg_advisory_unlock(${advisoryLock}::bigint)`.catch(() => {});
    session.release();
  }
}
