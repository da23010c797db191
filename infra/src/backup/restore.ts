import { join } from 'node:path';
import {
  allProjectionNames,
  type Database,
  execute,
  type Hub,
  inTransaction,
  type ObjectStore,
  type PublishedLog,
  projectionStatus,
  rebuild,
  type Transaction,
  verifyChain,
} from '@tsudoi/hub';
import { migrate } from '@tsudoi/hub/migrate';
import { deterministicId } from '@tsudoi/schema';
import { z } from 'zod';
import { masterOf } from './back-up.ts';
import { type CheckedBackup, checkBackup, chooseSnapshot } from './check.ts';
import { copyIn } from './copy-table.ts';
import { BackupFolder } from './folder.ts';
import { DamagedBackup, keyFingerprint } from './manifest.ts';
import { type Progress, putObjects, readObjectList } from './objects.ts';
import { migrateAsBackedUp, schemaProblem } from './schema.ts';

export interface RestoreSettings {
  /** As the owner of the database. */
  hub: Hub;
  store: ObjectStore;
  dir: string;
  keysDir?: string;
  /** Name or position of a backup; default the newest. */
  snapshot?: string;
  /** Restore all the same when the keys of people are not there. */
  withoutKeys?: boolean;
  /** What subscribers have seen; null only where there is no NATS at all. */
  published: PublishedLog | null;
  progress?: Progress;
}

export interface RestorePlan {
  snapshot: string;
  takenAt: string;
  position: number;
  hash: string;
  rows: number;
  objects: { count: number; totalBytes: number; missing: string[] };
  keys: { position: number; erased: number } | null;
  /** Whether the manifests carry the seal of the key at hand. */
  sealed: boolean;
  /** What will not be readable afterwards, in words. */
  lost: string[];
  /** What stands in the way, in words. */
  refused: string[];
  /** The log of this backup is in the database already: an earlier restore got so far. */
  resumes: boolean;
}

export interface RestoreReport extends Omit<RestorePlan, 'refused'> {
  objectsPut: number;
  erasedAgain: number;
  projections: string[];
}

interface Inspected {
  plan: RestorePlan;
  folder: BackupFolder;
  checked: CheckedBackup;
}

/** Reads the whole backup and looks at the target; changes nothing. @throws DamagedBackup */
export async function planRestore(settings: RestoreSettings): Promise<RestorePlan> {
  return (await inspect(settings)).plan;
}

/**
 * Puts a backup into an empty hub: objects first, then the log and its tables in one transaction that commits only if
 * the hash chain holds, then the read models anew from the log. It may be cut off anywhere and called again.
 * @throws DamagedBackup; Error naming everything that stands in the way
 */
export async function restore(settings: RestoreSettings): Promise<RestoreReport> {
  const { hub, store, progress = () => {} } = settings;
  const { plan, folder, checked } = await inspect(settings);
  if (plan.refused.length > 0) throw new Error(plan.refused.join('\n'));
  const { manifest } = checked;
  const keys = plan.lost.length > 0 ? null : checked.keys;
  const dir = folder.snapshot(plan.snapshot);
  let objectsPut = 0;
  if (!plan.resumes) {
    await migrateAsBackedUp(hub.sql, manifest);
    const missing = new Set(manifest.objects.missing);
    const objects = (await readObjectList(join(dir, manifest.objects.file))).filter(
      (one) => !missing.has(one.sha256),
    );
    objectsPut = await putObjects({ store, sql: hub.sql }, folder, objects, progress);
    await inTransaction(hub.sql, 'read write', async (tx) => {
      await requireEmpty(tx);
      for (const part of manifest.tables) {
        progress(`table ${part.table}: ${part.rows} rows`);
        await copyIn(tx, part, dir);
      }
      for (const part of keys?.tables ?? []) await copyIn(tx, part, folder.keysDir);
      progress('walking the hash chain');
      await requireChain(tx, manifest);
      await requirePublishedPrefix(tx, settings.published);
    });
  }
  await migrate(hub.sql);
  const erasedAgain = await eraseAgain(hub, checked.keys?.erased ?? []);
  const projections = await readModels(hub, progress);
  const { refused: _, ...rest } = plan;
  return { ...rest, objectsPut, erasedAgain, projections };
}

async function inspect(settings: RestoreSettings): Promise<Inspected> {
  const { hub, progress } = settings;
  const folder = new BackupFolder(settings.dir, settings.keysDir);
  const snapshot = await chooseSnapshot(folder, settings.snapshot);
  const checked = await checkBackup(folder, snapshot, masterOf(hub), progress);
  if (checked.problems.length > 0) throw new DamagedBackup(wordsOf(checked.problems));
  const { manifest, keys } = checked;
  const lost = whatIsLost(settings, folder, checked);
  const resumes = await holdsLogOf(hub.sql, manifest);
  const refused = [
    await schemaProblem(hub.sql, manifest).then((problem) => (resumes ? null : problem)),
    resumes ? null : await occupied(hub.sql),
    await aheadOf(settings.published, resumes ? await headOf(hub.sql) : manifest.position),
    lost.length > 0 && !settings.withoutKeys
      ? `the keys of people cannot be used, so this would be lost for good:\n${lost.map((line) => `  - ${line}`).join('\n')}\nGive the right key or keys, or --without-keys to restore the rest`
      : null,
  ].filter((problem) => problem !== null);
  const plan: RestorePlan = {
    ...{ snapshot, takenAt: manifest.takenAt, position: manifest.position, hash: manifest.hash },
    rows: [...manifest.tables, ...(lost.length > 0 ? [] : (keys?.tables ?? []))].reduce(
      (n, { rows }) => n + rows,
      0,
    ),
    objects: manifest.objects,
    keys: keys && { position: keys.position, erased: keys.erased.length },
    ...{ sealed: checked.sealed, lost, refused, resumes },
  };
  const { count, totalBytes, missing } = manifest.objects;
  return { plan: { ...plan, objects: { count, totalBytes, missing } }, folder, checked };
}

function whatIsLost(
  { hub }: RestoreSettings,
  folder: BackupFolder,
  { manifest, keys }: CheckedBackup,
): string[] {
  const sameKey = manifest.keyFingerprint === keyFingerprint(masterOf(hub));
  if (keys && sameKey) return [];
  return [
    sameKey
      ? `there are no keys in ${folder.keysDir}`
      : 'the key of this environment is not the one of the backup',
    `names and addresses of ${manifest.people} people`,
    'who they are to identity providers: whoever signs in again is somebody new',
    'reviews that still wait for the others',
    ...(sameKey ? [] : ['the secrets that sign webhooks']),
  ];
}

/** Whether a restore of this very backup has come past its transaction before. */
async function holdsLogOf(
  sql: Database,
  { position, hash }: { position: number; hash: string },
): Promise<boolean> {
  if (!(await hasLog(sql)) || position === 0) return false;
  const [found] = await sql`
    select 1 from event where position = ${position} and encode(hash, 'hex') = ${hash}`;
  return found !== undefined;
}

async function occupied(sql: Database): Promise<string | null> {
  const position = (await hasLog(sql)) ? await headOf(sql) : 0;
  return position === 0
    ? null
    : `this hub's log holds ${position} events already; a backup goes into an empty hub (--dir NEW, or "./tsudoi reset")`;
}

async function hasLog(sql: Database): Promise<boolean> {
  const [{ there }] = await sql<{ there: boolean }[]>`select to_regclass('log_head') is not null as there`;
  return there;
}

async function headOf(sql: Database): Promise<number> {
  return (await sql<{ position: number }[]>`select position from log_head`)[0].position;
}

/** What subscribers have seen cannot be taken back: a log that ends earlier would say something else at those positions. */
async function aheadOf(published: PublishedLog | null, position: number): Promise<string | null> {
  const seen = await lastSeen(published);
  return seen > position
    ? `NATS has seen position ${seen}, this backup ends at ${position}: what subscribers were told after it would be contradicted. Nothing was restored. Take a newer backup, or, if this is meant, delete the stream LOG by hand ("nats stream rm LOG") and restore again`
    : null;
}

async function lastSeen(published: PublishedLog | null): Promise<number> {
  if (!published) return 0;
  return published.lastSequence().catch((error: Error) => {
    if (/stream not found/i.test(error.message)) return 0;
    throw error;
  });
}

async function requireEmpty(tx: Transaction): Promise<void> {
  const [{ position }] = await tx<{ position: number }[]>`select position from log_head for update`;
  if (position !== 0) throw new Error(`the hub was written to while this ran: its log is at ${position}`);
}

async function requireChain(
  tx: Transaction,
  { position, hash }: { position: number; hash: string },
): Promise<void> {
  const chain = await verifyChain(tx);
  if (chain.problem) throw new DamagedBackup(`the log of the backup is not sound: ${chain.problem}`);
  if (chain.events !== position || chain.hash !== hash)
    throw new DamagedBackup(
      `the log ends at ${chain.events} in ${chain.hash}, its manifest says ${position} in ${hash}`,
    );
}

const Stored = z.object({ hash: z.string() });

/** A stream that is not ahead must still be a copy of the beginning of this log. */
async function requirePublishedPrefix(tx: Transaction, published: PublishedLog | null): Promise<void> {
  const last = await lastSeen(published);
  if (!published || last === 0) return;
  const stored = Stored.safeParse(await published.envelope(last)).data?.hash;
  const [event] = await tx<{ hash: string }[]>`
    select encode(hash, 'hex') as hash from event where position = ${last}`;
  if (event?.hash !== stored)
    throw new Error(
      `what NATS holds at position ${last} is not the event of this backup: it is the stream of another hub, or of another course of this one. Nothing was restored`,
    );
}

/** Whoever was erased after this backup is erased again, in the log as well. @returns how many people */
async function eraseAgain(hub: Hub, erased: readonly string[]): Promise<number> {
  const due = await hub.sql<{ personId: string }[]>`
    select stream_id as "personId" from stream
    where stream_type = 'person' and stream_id = any(${[...erased]}::text[]) and stream_id not in (
      select stream_id from event where stream_type = 'person' and type = 'PersonErased')
    order by stream_id`;
  for (const { personId } of due) {
    const envelope = {
      actor: { kind: 'system' as const, name: 'restore' },
      commandId: deterministicId('erase again', personId),
    };
    await execute(hub, { type: 'person.erase', data: { personId } }, envelope);
  }
  return due.length;
}

async function readModels(hub: Hub, progress: Progress): Promise<string[]> {
  for (const name of allProjectionNames) {
    await rebuild(hub, name, { onProgress: (at, head) => progress(`read model ${name}: ${at} of ${head}`) });
  }
  const status = await projectionStatus(hub);
  const stopped = status.find(({ error }) => error !== null);
  if (stopped)
    throw new Error(`the log is restored, but read model ${stopped.name} stopped: ${stopped.error}`);
  return status.map(({ name }) => name);
}

const mostShown = 20;
function wordsOf(problems: readonly string[]): string {
  const shown = problems.slice(0, mostShown);
  const more = problems.length - shown.length;
  return `the backup is damaged; nothing was restored:\n${shown.map((line) => `  - ${line}`).join('\n')}${more > 0 ? `\n  - and ${more} more` : ''}`;
}
