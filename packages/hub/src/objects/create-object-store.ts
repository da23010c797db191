import type { Env } from '@tsudoi/schema';
import type { Database } from '../log/connection.ts';
import { FilesystemObjectStore } from './filesystem-store.ts';
import type { ObjectStore } from './object-store.ts';
import { S3ObjectStore } from './s3-store.ts';

export type ObjectStoreSettings = Pick<
  Env,
  | 'OBJECT_STORE'
  | 'OBJECT_DIR'
  | 'HUB_SECRET'
  | 'S3_ENDPOINT'
  | 'S3_BUCKET'
  | 'S3_ACCESS_KEY'
  | 'S3_SECRET_KEY'
>;

/** The store that the settings ask for. Opens no connection by itself. */
export function createObjectStore(settings: ObjectStoreSettings, sql: Database): ObjectStore {
  if (settings.OBJECT_STORE === 'filesystem') {
    const directory = required(settings.OBJECT_DIR, 'OBJECT_DIR', 'filesystem');
    return new FilesystemObjectStore({ directory, secret: settings.HUB_SECRET }, sql);
  }
  return new S3ObjectStore(
    {
      endpoint: required(settings.S3_ENDPOINT, 'S3_ENDPOINT', 's3'),
      bucket: settings.S3_BUCKET,
      accessKey: required(settings.S3_ACCESS_KEY, 'S3_ACCESS_KEY', 's3'),
      secretKey: required(settings.S3_SECRET_KEY, 'S3_SECRET_KEY', 's3'),
    },
    sql,
  );
}

function required(value: string | undefined, name: string, kind: string): string {
  if (!value) throw new Error(`${name} must be set where OBJECT_STORE is ${kind}`);
  return value;
}
