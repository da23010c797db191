import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from './copy-table.ts';
import type { BackupFolder } from './folder.ts';
import { DamagedBackup, KeysManifest, keyFingerprint, Manifest, readManifest } from './manifest.ts';
import { inParallel, type Progress, readObjectList } from './objects.ts';

export interface CheckedBackup {
  manifest: Manifest;
  /** Null when they are not there. */
  keys: KeysManifest | null;
  /** Whether the manifests were sealed with the key at hand: then nobody without it has changed anything. */
  sealed: boolean;
  problems: string[];
}

/**
 * Reads every byte of a backup and compares it with its manifest. @throws DamagedBackup when there is no usable manifest
 */
export async function checkBackup(
  folder: BackupFolder,
  snapshot: string,
  master: Uint8Array,
  progress: Progress = () => {},
): Promise<CheckedBackup> {
  const dir = folder.snapshot(snapshot);
  const manifest = await readManifest(Manifest, dir, master);
  const keys = existsSync(folder.keysDir) ? await readManifest(KeysManifest, folder.keysDir, master) : null;
  const problems: string[] = [];
  const parts = [
    ...[...manifest.tables, manifest.objects].map((part) => ({ ...part, path: join(dir, part.file) })),
    ...(keys?.tables ?? []).map((part) => ({ ...part, path: join(folder.keysDir, part.file) })),
  ];
  for (const { path, bytes, sha256 } of parts) {
    progress(`checking ${path}`);
    problems.push(...(await differences(path, { bytes, sha256 })));
  }
  if (keys && manifest.hub !== null && keys.hub !== manifest.hub)
    problems.push(`${folder.keysDir} holds the keys of another hub`);
  if (keys && keys.position < manifest.position)
    problems.push(
      `the keys are of position ${keys.position}, older than the backup: who joined since is not in them`,
    );
  if (problems.length === 0) problems.push(...(await checkObjects(folder, dir, manifest, progress)));
  return { manifest, keys, sealed: manifest.keyFingerprint === keyFingerprint(master), problems };
}

async function checkObjects(
  folder: BackupFolder,
  dir: string,
  manifest: Manifest,
  progress: Progress,
): Promise<string[]> {
  const problems: string[] = [];
  const objects = await readObjectList(join(dir, manifest.objects.file));
  const missing = new Set(manifest.objects.missing);
  await inParallel(objects, async ({ sha256, size }, n) => {
    if (!missing.has(sha256))
      problems.push(...(await differences(folder.object(sha256), { sha256, bytes: size })));
    progress(`checking objects: ${n + 1} of ${objects.length}`);
  });
  return problems;
}

async function differences(path: string, expected: { bytes: number; sha256: string }): Promise<string[]> {
  const found = await hashFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!found) return [`${path} is missing`];
  if (found.bytes < expected.bytes) return [`${path} is cut off: ${found.bytes} of ${expected.bytes} bytes`];
  return found.sha256 === expected.sha256
    ? []
    : [`${path} was changed: its SHA-256 is not what the manifest says`];
}

/** The newest backup, or the one of this name or position. @throws DamagedBackup when there is none */
export async function chooseSnapshot(folder: BackupFolder, wanted: string | undefined): Promise<string> {
  const names = await folder.snapshots();
  if (names.length === 0) throw new DamagedBackup(`there is no finished backup in ${folder.dir}`);
  if (wanted === undefined) return names[names.length - 1];
  const found = names
    .filter((name) => name === wanted || Number(name.slice(0, 12)) === Number(wanted))
    .at(-1);
  if (found) return found;
  throw new DamagedBackup(`there is no backup "${wanted}" in ${folder.dir}; there are ${names.join(', ')}`);
}
