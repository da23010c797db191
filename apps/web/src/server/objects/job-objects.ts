import { type Actor, requireLease } from '@tsudoi/hub';
import {
  type ConfirmUploadInput,
  type GrantDownloadInput,
  type GrantDownloadOutput,
  type GrantUploadInput,
  type GrantUploadOutput,
  Rejection,
} from '@tsudoi/schema';
import type { z } from 'zod';
import { hub, objectStore } from '../hub.ts';

const minutes = 60; // seconds

/** An address for one output of a leased job; null when the store has these bytes already. */
export async function grantJobUpload(
  actor: Actor,
  input: z.infer<typeof GrantUploadInput>,
): Promise<z.infer<typeof GrantUploadOutput>> {
  await requireLease(hub(), actor, input);
  const { sha256, size, mediaType } = input;
  if (await objectStore().has(sha256)) return { url: null, headers: {} };
  return objectStore().presignPut(sha256, size, mediaType, 15 * minutes);
}

/** Settles an upload: afterwards the hub itself has seen bytes of this hash. */
export async function confirmJobUpload(
  actor: Actor,
  input: z.infer<typeof ConfirmUploadInput>,
): Promise<{ confirmed: true }> {
  await requireLease(hub(), actor, input);
  await objectStore().confirm(input.sha256, input.size);
  return { confirmed: true };
}

/** An address of something that the leased job reads: an input's file, an uploaded file that its recipe names, or its own checkpoint. */
export async function grantJobDownload(
  actor: Actor,
  input: z.infer<typeof GrantDownloadInput>,
): Promise<z.infer<typeof GrantDownloadOutput>> {
  await requireLease(hub(), actor, input);
  const { jobId, sha256 } = input;
  if (!(await jobReads(jobId, sha256))) throw new Rejection('object.missing', { sha256 });
  return { url: await objectStore().presignGet(sha256, sha256, 15 * minutes) };
}

/** Asked of the log itself: the read models may be a moment behind a checkpoint that was just taken over. */
async function jobReads(jobId: string, sha256: string): Promise<boolean> {
  const { sql } = hub();
  const file = sql.json({ manifest: { files: [{ sha256 }] } });
  const [row] = await sql<{ reads: boolean }[]>`
    with drafted as (
      select data from event where stream_type = 'job' and stream_id = ${jobId} and type = 'JobDrafted'
    )
    select
      exists (select 1 from drafted
              where jsonb_path_exists(data->'recipe', '$.**.sha256 ? (@ == $hash)', ${sql.json({ hash: sha256 })}))
      or exists (select 1 from event where stream_type = 'job' and stream_id = ${jobId}
                 and type = 'JobCheckpointed' and data->>'sha256' = ${sha256})
      or exists (select 1 from drafted, jsonb_array_elements_text(drafted.data->'inputs') as input
                 join event e on e.stream_type = 'artifact' and e.stream_id = input
                 where e.type = 'ArtifactRegistered' and e.data @> ${file})
      as reads`;
  return row?.reads === true;
}
