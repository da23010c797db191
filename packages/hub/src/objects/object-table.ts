import { Rejection } from '@tsudoi/schema';
import { z } from 'zod';
import type { Database } from '../log/connection.ts';
import type { StoredObject } from './object-store.ts';

const Row = z.object({ sha256: z.string(), size: z.int(), mediaType: z.string() });

export async function findObject(sql: Database, sha256: string): Promise<StoredObject | null> {
  const rows = await sql`
    select sha256, size, media_type as "mediaType" from object where sha256 = ${sha256}`;
  return rows.length > 0 ? Row.parse(rows[0]) : null;
}

/** @throws Rejection `object.missing` */
export async function requireObject(sql: Database, sha256: string): Promise<StoredObject> {
  const object = await findObject(sql, sha256);
  if (!object) throw new Rejection('object.missing', { sha256 });
  return object;
}

/** Notes bytes that were checked. The same bytes may come twice; the first media type stays. */
export async function recordObject(sql: Database, object: StoredObject): Promise<void> {
  await sql`
    insert into object (sha256, size, media_type) values (${object.sha256}, ${object.size}, ${object.mediaType})
    on conflict (sha256) do nothing`;
}

/** What was announced must agree with what is there. @throws Rejection `upload.hash-differs` */
export function requireSize(object: StoredObject, size: number | undefined): void {
  if (size !== undefined && object.size !== size)
    throw new Rejection('upload.hash-differs', { file: object.sha256 });
}

export async function forgetObject(sql: Database, sha256: string): Promise<void> {
  await sql`delete from object where sha256 = ${sha256}`;
}
