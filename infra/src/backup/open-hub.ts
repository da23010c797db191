import { readFileSync } from 'node:fs';
import { createObjectStore, type Hub, type ObjectStore, openHub } from '@tsudoi/hub';
import { Env } from '@tsudoi/schema';
import type { Instance } from '../instance.ts';
import { UsageError } from '../say.ts';

const hexKey = /^[0-9a-f]{64}$/;

/** The hub with everything that a backup reads and a restore writes: database, keys, objects. */
export async function withWholeHub<T>(
  instance: Instance,
  { databaseUrl, personalKey }: { databaseUrl: string; personalKey: string },
  work: (hub: Hub, store: ObjectStore) => Promise<T>,
): Promise<T> {
  const hub = openHub({ databaseUrl, leaseSeconds: 90, poolSize: 4, personalKey });
  try {
    return await work(hub, createObjectStore(objectSettings(instance), hub.sql));
  } finally {
    await hub.close();
  }
}

/** As the supervisor starts the hub: a folder of the instance, or S3 where S3_ENDPOINT is set. */
function objectSettings(instance: Instance) {
  const settings = Env.pick({
    ...{ OBJECT_STORE: true, OBJECT_DIR: true, S3_ENDPOINT: true, S3_BUCKET: true },
    ...{ S3_ACCESS_KEY: true, S3_SECRET_KEY: true },
  }).parse(process.env);
  return {
    ...settings,
    OBJECT_STORE: settings.S3_ENDPOINT ? ('s3' as const) : ('filesystem' as const),
    OBJECT_DIR: settings.OBJECT_DIR ?? instance.path('objects'),
    HUB_SECRET: instance.secrets().hub, // signs addresses; nothing here hands one out
  };
}

/** The key of the environment: from a file, from PERSONAL_DATA_KEY, or the one that the launcher made. */
export function personalKeyOf(instance: Instance, keyFile: string | undefined): string {
  if (keyFile !== undefined) return readKeyFile(keyFile);
  return process.env.PERSONAL_DATA_KEY ?? instance.secrets().personalData;
}

function readKeyFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--key-file ${path}: ${(error as Error).message}`);
  }
  if (!hexKey.test(text))
    throw new UsageError(`--key-file ${path}: a key is 32 bytes as 64 hexadecimal digits`);
  return text;
}
