import { type ArtifactEvent, decodeEvent, type Manifest } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';

/** The manifests of those artifacts that are registered. An artifact's stream holds exactly one event. */
export async function readManifests(sql: Queryable, artifactIds: string[]): Promise<Map<string, Manifest>> {
  if (artifactIds.length === 0) return new Map();
  const rows = await sql<{ type: string; schemaVersion: number; data: unknown }[]>`
    select type, schema_version as "schemaVersion", data from event
    where stream_type = 'artifact' and stream_id = any(${artifactIds}) and version = 1`;
  const registered = rows.map((row) => decodeEvent(row.type, row.schemaVersion, row.data) as ArtifactEvent);
  return new Map(registered.map(({ data }) => [data.artifactId, data.manifest]));
}
