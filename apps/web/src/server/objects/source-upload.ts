import { Rejection } from '@tsudoi/schema';
import { objectStore } from '../hub.ts';

const mebibyte = 1024 * 1024;
export const sourceUploadLimit = 64 * mebibyte;
const accepted = /^(text\/(plain|markdown|html)|application\/(x-ndjson|jsonl|gzip|x-gzip|json))$/;

/**
 * An address to put one file of a proposal to; url is null when the store has the bytes already.
 * @throws Rejection upload.too-large | upload.type-refused
 */
export async function grantSourceUpload(input: {
  sha256: string;
  size: number;
  mediaType: string;
}): Promise<{ url: string | null; headers: Record<string, string> }> {
  const { sha256, size, mediaType } = input;
  if (size > sourceUploadLimit) throw new Rejection('upload.too-large', { size, limit: sourceUploadLimit });
  if (!accepted.test(mediaType)) throw new Rejection('upload.type-refused', { mediaType });
  if (await objectStore().has(sha256)) return { url: null, headers: {} };
  return objectStore().presignPut(sha256, size, mediaType, 15 * 60);
}

/** Settles an upload: afterwards the hub itself has seen bytes of this hash. @throws Rejection upload.* | object.missing */
export async function confirmSourceUpload(input: {
  sha256: string;
  size: number;
}): Promise<{ confirmed: true }> {
  await objectStore().confirm(input.sha256, input.size);
  return { confirmed: true };
}
