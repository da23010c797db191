import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { Rejection } from '@tsudoi/schema';
import { type HubClient, HubUnreachable, parseRejection } from './hub-client.ts';
import { hashFile } from './object-cache.ts';

/** A network that drops packets closes nothing: an upload that moves no byte for so long is given up. */
const longestSilenceMs = 120_000;

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

/** Exported for its test. @throws Rejection what the store refuses; HubUnreachable when it did not answer */
export async function put(
  url: string,
  path: string,
  size: number,
  headers: Record<string, string>,
  silenceMs = longestSilenceMs,
): Promise<void> {
  const silence = new AbortController();
  const giveUp = () =>
    silence.abort(new Error(`nothing moved for ${silenceMs / 1000} s after ${moved} of ${size} bytes`));
  let moved = 0;
  let timer = setTimeout(giveUp, silenceMs);
  const watched = new Transform({
    transform(chunk: Buffer, _, done) {
      moved += chunk.length;
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
      done(null, chunk);
    },
  });
  const body = createReadStream(path);
  body.once('error', (error) => watched.destroy(error));
  const request: RequestInit & { duplex: 'half' } = {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(size) },
    body: Readable.toWeb(body.pipe(watched)) as ReadableStream<Uint8Array>,
    duplex: 'half',
    signal: silence.signal,
  };
  try {
    await answered(await fetch(url, request));
  } catch (error) {
    if (error instanceof Rejection || error instanceof HubUnreachable) throw error;
    throw new HubUnreachable(`upload failed: ${silence.signal.aborted ? silence.signal.reason : error}`);
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
}

async function answered(response: Response): Promise<void> {
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
