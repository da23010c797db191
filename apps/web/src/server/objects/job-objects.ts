import { type Actor, requireLease } from '@tsudoi/hub';
import {
  GrantDownloadInput,
  type GrantDownloadOutput,
  type GrantUploadInput,
  type GrantUploadOutput,
  Rejection,
} from '@tsudoi/schema';
import { z } from 'zod';
import { hub, objectStore } from '../hub.ts';

const minutes = 60; // seconds

/** Sizes announced to this process, for workers that confirm an upload without naming its size again. */
const announced = new Map<string, number>();
const rememberedSizes = 10_000;

/** An address for one output of a leased job; null when the store has these bytes already. */
export async function grantJobUpload(
  actor: Actor,
  input: z.infer<typeof GrantUploadInput>,
): Promise<z.infer<typeof GrantUploadOutput>> {
  await requireLease(hub(), actor, input);
  const { sha256, size, mediaType } = input;
  if (await objectStore().has(sha256)) return { url: null, headers: {} };
  if (announced.size >= rememberedSizes) announced.clear();
  announced.set(sha256, size);
  return objectStore().presignPut(sha256, size, mediaType, 15 * minutes);
}

/** `size` is what was announced; a store that hands out addresses of its own (S3) needs it to check the bytes. */
export const ConfirmUploadInput = GrantDownloadInput.extend({ size: z.int().nonnegative().optional() });

/** Settles an upload: afterwards the hub itself has seen bytes of this hash. */
export async function confirmJobUpload(
  actor: Actor,
  input: z.infer<typeof ConfirmUploadInput>,
): Promise<{ confirmed: true }> {
  await requireLease(hub(), actor, input);
  const size = input.size ?? announced.get(input.sha256) ?? (await objectStore().stat(input.sha256))?.size;
  if (size === undefined) throw new Rejection('object.missing', { sha256: input.sha256 });
  await objectStore().confirm(input.sha256, size);
  return { confirmed: true };
}

/** An address of something that the leased job reads: an input's file, an uploaded source file or its own checkpoint. */
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
  const upload = sql.json({ recipe: { parts: [{ location: { kind: 'upload', sha256 } }] } });
  const file = sql.json({ manifest: { files: [{ sha256 }] } });
  const [row] = await sql<{ reads: boolean }[]>`
    with drafted as (
      select data from event where stream_type = 'job' and stream_id = ${jobId} and type = 'JobDrafted'
    )
    select
      exists (select 1 from drafted where data @> ${upload})
      or exists (select 1 from event where stream_type = 'job' and stream_id = ${jobId}
                 and type = 'JobCheckpointed' and data->>'sha256' = ${sha256})
      or exists (select 1 from drafted, jsonb_array_elements_text(drafted.data->'inputs') as input
                 join event e on e.stream_type = 'artifact' and e.stream_id = input
                 where e.type = 'ArtifactRegistered' and e.data @> ${file})
      as reads`;
  return row?.reads === true;
}
