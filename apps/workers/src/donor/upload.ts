import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type HubClient, HubUnreachable, parseRejection } from './hub-client.ts';
import { hashFile } from './object-cache.ts';

export interface UploadedFile {
  sha256: string;
  size: number;
}

/**
 * Streams one file into the object store under a grant for exactly its hash and size; bytes that the store has already
 * are not sent again.
 * @throws Rejection what the store refuses; HubUnreachable when it could not be reached.
 */
export async function uploadFile(
  hub: Pick<HubClient, 'grantUpload' | 'confirmUpload'>,
  hubUrl: string,
  lease: { jobId: string; epoch: number },
  file: { path: string; mediaType: string },
): Promise<UploadedFile> {
  const { size } = await stat(file.path);
  const sha256 = await hashFile(file.path);
  const held = { jobId: lease.jobId, epoch: lease.epoch, sha256 };
  const grant = await hub.grantUpload({ ...held, size, mediaType: file.mediaType });
  if (grant.url !== null) {
    await put(new URL(grant.url, hubUrl).href, file.path, size, grant.headers);
    await hub.confirmUpload({ ...held, size });
  }
  return { sha256, size };
}

async function put(url: string, path: string, size: number, headers: Record<string, string>): Promise<void> {
  const request: RequestInit & { duplex: 'half' } = {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(size) },
    body: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
    duplex: 'half',
  };
  const response = await fetch(url, request).catch((error) => {
    throw new HubUnreachable(`upload failed: ${error}`);
  });
  const answer = await response.text();
  if (response.ok) return;
  throw parseRejection(rejectionIn(answer)) ?? new HubUnreachable(`upload failed: HTTP ${response.status}`);
}

function rejectionIn(answer: string): unknown {
  try {
    return (JSON.parse(answer) as { rejection?: unknown }).rejection;
  } catch {
    return null;
  }
}
