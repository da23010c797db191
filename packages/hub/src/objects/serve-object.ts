import { Readable } from 'node:stream';
import { Rejection } from '@tsudoi/schema';
import { contentDisposition } from './content-disposition.ts';
import { verifyGrant } from './grant.ts';
import type { ByteRange, ObjectStore } from './object-store.ts';

/** GET (with one byte range), HEAD and PUT of one object by a signed address. */
export async function serveObject(
  store: ObjectStore,
  { key, now }: { key: Buffer; now: number },
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  const grant = verifyGrant(key, request.method === 'HEAD' ? 'GET' : request.method, url, now);
  if (grant.method === 'PUT') {
    const body = request.body ?? new Blob([]).stream();
    await store.put(grant.sha256, grant.size, grant.mediaType, body);
    return new Response(null, { status: 204 });
  }
  const object = await store.stat(grant.sha256);
  if (!object) throw new Rejection('object.missing', { sha256: grant.sha256 });
  const range = parseRange(request.headers.get('range'), object.size);
  const headers = new Headers({
    'content-type': object.mediaType,
    'content-disposition': contentDisposition(grant.fileName),
    'accept-ranges': 'bytes',
    etag: `"${object.sha256}"`,
    // The address is secret and the bytes never change.
    'cache-control': 'private, max-age=31536000, immutable',
    // Nothing that somebody uploaded may run as a page of ours.
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  if (range === 'unsatisfiable') {
    headers.set('content-range', `bytes */${object.size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('content-length', String(range ? range.end - range.start + 1 : object.size));
  if (range) headers.set('content-range', `bytes ${range.start}-${range.end}/${object.size}`);
  const status = range ? 206 : 200;
  if (request.method === 'HEAD') return new Response(null, { status, headers });
  const bytes = Readable.toWeb(await store.get(grant.sha256, range ?? undefined));
  return new Response(bytes as ReadableStream<Uint8Array>, { status, headers });
}

/** One range of RFC 9110 14.1.2; headers of any other form are passed over, as the RFC allows. */
export function parseRange(header: string | null, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}
