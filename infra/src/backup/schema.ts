import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@tsudoi/hub';
import { migrate } from '@tsudoi/hub/migrate';
import { checkoutRoot } from '../paths.ts';
import type { Manifest } from './manifest.ts';

const migrations = join(checkoutRoot, 'packages/hub/migrations');

/** What stands in the way of reading this backup into this database with this release, or null. */
export async function schemaProblem(sql: Database, manifest: Manifest): Promise<string | null> {
  for (const { file, checksum } of manifest.migrations) {
    const text = await readFile(join(migrations, file), 'utf8').catch(() => null);
    if (text === null) return `the backup was taken by a newer release: ${file} is not known here`;
    if (createHash('sha256').update(text).digest('hex') !== checksum)
      return `${file} is not what it was when the backup was taken`;
  }
  const backedUp = new Set(manifest.migrations.map(({ file }) => file));
  const newer = (await appliedMigrations(sql)).find((file) => !backedUp.has(file));
  return newer
    ? `the database is already at ${newer}, which the backup has not seen; restore into a database that no release has used`
    : null;
}

async function appliedMigrations(sql: Database): Promise<string[]> {
  const [{ there }] = await sql<
    { there: boolean }[]
  >`select to_regclass('schema_migration') is not null as there`;
  if (!there) return [];
  return (await sql<{ file: string }[]>`select file from schema_migration order by file`).map(
    ({ file }) => file,
  );
}

/** Brings an empty database to the schema that the backup was taken of; a backup of an earlier release is moved on later. */
export async function migrateAsBackedUp(sql: Database, manifest: Manifest): Promise<void> {
  const wanted = manifest.migrations.map(({ file }) => file);
  const present = (await readdir(migrations)).filter((name) => name.endsWith('.sql'));
  if (present.length === wanted.length) {
    await migrate(sql);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'tsudoi-migrations-'));
  try {
    for (const file of wanted) await copyFile(join(migrations, file), join(folder, file));
    await migrate(sql, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
