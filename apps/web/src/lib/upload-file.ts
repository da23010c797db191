import type { UploadedFile } from '@tsudoi/schema';
import { trpc } from './trpc.ts';
import { mediaTypeOf, sha256Of } from './upload.ts';

/** A store that did not take the bytes; `text` is for people, where it said why. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
  readonly text: string | null;
  constructor(text: string | null) {
    super(text ?? 'the upload was refused');
    this.text = text;
  }
}

/** Puts a file into the store of the hub, unless it is there already. @throws UploadRefused, or the hub's refusal */
export async function uploadFile(file: File): Promise<UploadedFile> {
  const pinned = { sha256: await sha256Of(file), size: file.size, fileName: file.name.slice(0, 200) };
  const { sha256, size } = pinned;
  const grant = await trpc.sources.grantUpload.mutate({ sha256, size, mediaType: mediaTypeOf(file) });
  if (grant.url === null) return pinned;
  const answer = await fetch(grant.url, { method: 'PUT', headers: grant.headers, body: file });
  if (!answer.ok) {
    const body = (await answer.json().catch(() => null)) as { rejection?: { text: string } } | null;
    throw new UploadRefused(body?.rejection?.text ?? null);
  }
  await trpc.sources.confirmUpload.mutate({ sha256, size });
  return pinned;
}
