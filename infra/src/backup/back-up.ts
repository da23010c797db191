import { createHash } from 'node:crypto';
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hub, inTransaction, type ObjectStore, type StoredObject, type Transaction } from '@tsudoi/hub';
import { copyOut } from './copy-table.ts';
import { BackupFolder, syncFolder } from './folder.ts';
import {
  DamagedBackup,
  KeysManifest,
  keyFingerprint,
  Manifest,
  readManifest,
  type TablePart,
  writeManifest,
} from './manifest.ts';
import { copyObjects, isThere, objectLine, type Progress } from './objects.ts';
import { qualified, tablesOf } from './tables.ts';

const advisoryLock = 7_783_020; // only backups take it: one at a time of one hub

export interface BackupSettings {
  hub: Hub;
  store: ObjectStore;
  dir: string;
  /** Where the keys go; default `keys` of the folder. */
  keysDir?: string;
  progress?: Progress;
}

export interface BackupReport {
  snapshot: string;
  position: number;
  hash: string;
  events: number;
  rows: number;
  objects: { count: number; copied: number; copiedBytes: number; missing: string[] };
  /** Written now. */
  bytes: number;
  seconds: number;
}

/**
 * Backs a hub up while it works: all tables as of one moment, and the objects that the folder has not yet. The backup
 * appears whole under its name or not at all; one that was cut off leaves only objects, which the next one need not copy.
 */
export async function backUp(settings: BackupSettings): Promise<BackupReport> {
  const { hub, store, progress = () => {} } = settings;
  const master = masterOf(hub);
  const started = performance.now();
  const session = await hub.sql.reserve();
  try {
    const [{ locked }] = await session<{ locked: boolean }[]>`
      select pg_try_advisory_lock(${advisoryLock}::bigint) as locked`;
    if (!locked) throw new Error('another backup of this hub is being taken');
    const folder = new BackupFolder(settings.dir, settings.keysDir);
    await folder.prepare();
    const partial = folder.snapshot(`.${process.pid}`);
    const keys = `${folder.keysDir}.new`;
    for (const made of [partial, keys]) await mkdir(made, { recursive: true, mode: 0o700 });
    try {
      const taken = await takeTables(hub, folder, { partial, keys, master }, progress);
      progress(`${taken.objects.length} objects`);
      const copied = await copyObjects(store, folder, taken.objects, progress);
      const list = taken.objects.map(objectLine).join('');
      await writeFile(join(partial, 'objects.tsv'), list, { mode: 0o600, flush: true });
      const manifest: Manifest = {
        ...taken.manifest,
        objects: {
          ...{ file: 'objects.tsv', bytes: Buffer.byteLength(list), sha256: sha256Of(list) },
          count: taken.objects.length,
          totalBytes: taken.objects.reduce((sum, { size }) => sum + size, 0),
          missing: copied.missing,
        },
      };
      await writeManifest(partial, manifest, master);
      // The keys first: keys that are newer than a snapshot fit it, older ones lack whoever joined in between.
      await folder.replaceKeys(keys);
      const snapshot = snapshotName(manifest);
      await rename(partial, folder.snapshot(snapshot));
      await syncFolder(join(folder.dir, 'snapshots'));
      const parts = [...manifest.tables, ...taken.keyTables];
      const report: BackupReport = {
        ...{ snapshot, position: manifest.position, hash: manifest.hash },
        events: manifest.tables.find(({ table }) => table === 'event')?.rows ?? 0,
        rows: parts.reduce((sum, { rows }) => sum + rows, 0),
        objects: { count: taken.objects.length, ...copied },
        bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) + copied.copiedBytes,
        seconds: Math.round((performance.now() - started) / 100) / 10,
      };
      await note(hub, report);
      return report;
    } finally {
      for (const left of [partial, keys]) await rm(left, { recursive: true, force: true });
    }
  } finally {
    await session`select pg_advisory_unlock(${advisoryLock}::bigint)`.catch(() => {});
    session.release();
  }
}

export interface PlannedBackup {
  position: number;
  /** Size of the tables in the database; compressed files are a fraction of it. */
  tableBytes: number;
  objects: { count: number; toCopy: number; bytesToCopy: number };
  freeBytes: number;
}

/** What a backup would write, without writing anything. */
export async function planBackup({ hub, dir, keysDir }: BackupSettings): Promise<PlannedBackup> {
  const folder = new BackupFolder(dir, keysDir);
  let tableBytes = 0;
  for (const shape of await tablesOf(hub.sql)) {
    const [{ size }] = await hub.sql.unsafe<{ size: number }[]>(
      `select pg_table_size('${qualified(shape)}')::bigint as size`,
    );
    tableBytes += Number(size);
  }
  const [{ position }] = await hub.sql<{ position: number }[]>`select position from log_head`;
  const objects = await objectsOf(hub.sql);
  let [toCopy, bytesToCopy] = [0, 0];
  for (const object of objects)
    if (!(await isThere(folder, object))) {
      toCopy++;
      bytesToCopy += object.size;
    }
  let at = dir;
  let space = await statfs(at).catch(() => null);
  while (space === null) {
    at = join(at, '..');
    space = await statfs(at).catch(() => null);
  }
  return {
    ...{ position, tableBytes, freeBytes: space.bavail * space.bsize },
    objects: { count: objects.length, toCopy, bytesToCopy },
  };
}

interface Taken {
  manifest: Omit<Manifest, 'objects'>;
  keyTables: TablePart[];
  objects: StoredObject[];
}

/** All tables as of one moment, while others go on writing. */
async function takeTables(
  hub: Hub,
  folder: BackupFolder,
  { partial, keys, master }: { partial: string; keys: string; master: Uint8Array },
  progress: Progress,
): Promise<Taken> {
  return inTransaction(hub.sql, 'isolation level repeatable read read only', async (tx) => {
    const common = await moment(tx, master);
    await requireSameHub(folder, common.hub);
    const [tables, keyTables]: [TablePart[], TablePart[]] = [[], []];
    for (const shape of await tablesOf(tx)) {
      progress(`table ${shape.table}`);
      if (shape.personal) keyTables.push(await copyOut(tx, shape, keys));
      else tables.push(await copyOut(tx, shape, partial));
    }
    const erased = await tx<{ id: string }[]>`
      select stream_id as id from event where stream_type = 'person' and type = 'PersonErased' order by position`;
    const { hash, people, migrations, ...shared } = common;
    const keysManifest: KeysManifest = { ...shared, tables: keyTables, erased: erased.map(({ id }) => id) };
    await writeManifest(keys, keysManifest, master);
    return { manifest: { ...common, tables }, keyTables, objects: await objectsOf(tx) };
  });
}

async function moment(tx: Transaction, master: Uint8Array) {
  const [row] = await tx<{ position: number; hash: string; hub: string | null; people: number; at: Date }[]>`
    select position, encode(hash, 'hex') as hash, clock_timestamp() as at,
           (select encode(hash, 'hex') from event where position = 1) as hub,
           (select count(*)::int from event where type = 'PersonJoined') as people
    from log_head`;
  const migrations = await tx<{ file: string; checksum: string }[]>`
    select file, checksum from schema_migration order by file`;
  const { position, hash, hub, people, at } = row;
  return {
    ...{ format: 1 as const, takenAt: at.toISOString(), hub, position, hash, people },
    ...{ keyFingerprint: keyFingerprint(master), migrations: [...migrations] },
  };
}

function objectsOf(sql: Hub['sql'] | Transaction): Promise<StoredObject[]> {
  return sql<StoredObject[]>`
    select sha256, size, media_type as "mediaType" from object order by sha256`.then((rows) => [...rows]);
}

/** Two hubs in one folder would take each other's keys away. */
async function requireSameHub(folder: BackupFolder, hub: string | null): Promise<void> {
  for (const name of (await folder.snapshots()).reverse()) {
    const earlier = await readManifest(Manifest, folder.snapshot(name), null).catch((error) => {
      if (error instanceof DamagedBackup) return null; // a damaged one says nothing about the others
      throw error;
    });
    if (!earlier?.hub) continue;
    if (earlier.hub !== hub)
      throw new Error(
        `${folder.dir} holds backups of another hub (${name}); give each hub a folder of its own`,
      );
    return;
  }
  const keys = await readManifest(KeysManifest, folder.keysDir, null).catch(() => null);
  if (keys?.hub && keys.hub !== hub)
    throw new Error(`${folder.keysDir} holds the keys of another hub; give each hub a folder of its own`);
}

/** In the order of their names, backups are in the order of their positions and times. */
function snapshotName({ position, takenAt }: Manifest): string {
  return `${String(position).padStart(12, '0')}-${takenAt.replaceAll(/[-:]|\.\d+/g, '')}-${takenAt.slice(20, 23)}`;
}

async function note(hub: Hub, { position, bytes, objects, seconds }: BackupReport): Promise<void> {
  await hub.sql`
    insert into backup (position, bytes, objects, missing, seconds)
    values (${position}, ${bytes}, ${objects.count}, ${objects.missing.length}, ${seconds})`;
}

export function masterOf(hub: Hub): Uint8Array {
  if (hub.personalKey) return hub.personalKey;
  throw new Error('PERSONAL_DATA_KEY is not given, so a backup can be neither sealed nor checked');
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
