import type { Projection } from './projection.ts';

/** Artifacts, their files, and the edges of their lineage. */
export const artifacts: Projection = {
  name: 'artifacts',
  version: 1,
  tables: ['view_artifact', 'view_artifact_file', 'view_lineage'],
  types: ['ArtifactRegistered'],
  async apply(sql, { event, at }) {
    if (event.type !== 'ArtifactRegistered') return;
    const { artifactId, manifest } = event.data;
    const bytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
    await sql`
      insert into view_artifact (artifact_id, kind, title, bytes, files, job_id, run_id, source_ids, rights, manifest,
                                 registered_at)
      values (${artifactId}, ${manifest.kind}, ${manifest.title}, ${bytes}, ${manifest.files.length},
              ${manifest.jobId}, ${manifest.runId}, ${manifest.sourceIds}::uuid[],
              ${sql.json(manifest.licence.rights)}, ${sql.json(manifest)}, ${at})`;
    await sql`
      insert into view_artifact_file (artifact_id, path, sha256, size, media_type)
      select ${artifactId}, path, sha256, size, "mediaType"
      from jsonb_to_recordset(${sql.json(manifest.files)})
        as file (path text, sha256 text, size bigint, "mediaType" text)`;
    // What has inputs came from its sources through them; only the first artifact of a source hangs on it directly.
    const origins = manifest.inputs.length > 0 ? manifest.inputs : manifest.sourceIds;
    await sql`
      insert into view_lineage (from_id, to_id, job_id)
      select distinct origin, ${artifactId}, ${manifest.jobId}::uuid from unnest(${origins}::text[]) as origin`;
  },
};
