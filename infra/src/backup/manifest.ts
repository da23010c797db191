import { timingSafeEqual } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backupSeal } from '@tsudoi/hub';
import { z } from 'zod';

const Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** One file of a backup, relative to the folder of its manifest. */
const Part = z.object({ file: z.string().regex(/^[\w./-]+$/), bytes: z.int().nonnegative(), sha256: Hex });
const TablePart = Part.extend({
  schema: z.string().nullable(), // null: the schema that the hub's own tables are in
  table: z.string(),
  columns: z.array(z.string()),
  rows: z.int().nonnegative(),
});
export type TablePart = z.infer<typeof TablePart>;

const Common = {
  format: z.literal(1),
  takenAt: z.iso.datetime(),
  /** The hash of the log's first event: which hub this is. Null while its log is empty. */
  hub: Hex.nullable(),
  position: z.int().nonnegative(),
  /** Says which key of the environment wraps the keys of people, and nothing about it. */
  keyFingerprint: Hex,
  tables: z.array(TablePart),
};

export const Manifest = z.object({
  ...Common,
  /** Of the last event: what the chain must end in. */
  hash: Hex,
  people: z.int().nonnegative(),
  migrations: z.array(z.object({ file: z.string(), checksum: z.string() })),
  objects: Part.extend({ count: z.int(), totalBytes: z.int(), missing: z.array(Hex) }),
});
export type Manifest = z.infer<typeof Manifest>;

export const KeysManifest = z.object({
  ...Common,
  /** People whose erasure the log knows: they are erased again when an older snapshot is restored. */
  erased: z.array(z.uuid()),
});
export type KeysManifest = z.infer<typeof KeysManifest>;

/** A backup that cannot be trusted or is not whole; its message says what is wrong with which file. */
export class DamagedBackup extends Error {
  override readonly name = 'DamagedBackup';
}

export const keyFingerprint = (master: Uint8Array): string => backupSeal(master, 'fingerprint');

/** Writes `manifest.json` with a seal beside it, both flushed to disk. */
export async function writeManifest(
  folder: string,
  manifest: Manifest | KeysManifest,
  master: Uint8Array,
): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  for (const [name, content] of [
    ['manifest.json', text],
    ['manifest.seal', `${backupSeal(master, text)}\n`],
  ]) {
    const file = await open(join(folder, name), 'w', 0o600);
    await file.writeFile(content);
    await file.sync();
    await file.close();
  }
}

/**
 * Reads a manifest. With the key of the environment its seal must fit; without one (null) the seal is not looked at.
 * @throws DamagedBackup
 */
export async function readManifest<T extends z.ZodType<Manifest | KeysManifest>>(
  schema: T,
  folder: string,
  master: Uint8Array | null,
): Promise<z.infer<T>> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new DamagedBackup(`${join(folder, 'manifest.json')} is missing: this is no finished backup`);
  });
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DamagedBackup(
      `${join(folder, 'manifest.json')} is no manifest of this format (${issue.path.join('.') || 'whole file'}: ${issue.message})`,
    );
  }
  // Another key cannot judge the seal; that it is another one is said where the keys are needed.
  if (master && parsed.data.keyFingerprint === keyFingerprint(master)) {
    const seal = (await readFile(join(folder, 'manifest.seal'), 'utf8').catch(() => '')).trim();
    if (!sameHex(seal, backupSeal(master, text)))
      throw new DamagedBackup(
        `${join(folder, 'manifest.json')} was changed after the backup: its seal does not fit`,
      );
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sameHex(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
