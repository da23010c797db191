import type { Queryable } from '../log/connection.ts';

/** The sizes in bytes of those objects that the store holds. */
export async function knownObjects(sql: Queryable, sha256s: string[]): Promise<Map<string, number>> {
  if (sha256s.length === 0) return new Map();
  const rows = await sql<{ sha256: string; size: number }[]>`
    select sha256, size from object where sha256 = any(${sha256s})`;
  return new Map(rows.map(({ sha256, size }) => [sha256, size]));
}
