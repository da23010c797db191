import { Rejection } from '@tsudoi/schema';

/**
 * Reads a body of at most `limit` bytes, whatever its headers claim.
 * @throws Rejection upload.too-large
 */
export async function boundedBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > limit) throw new Rejection('upload.too-large', { size: announced, limit });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new Rejection('upload.too-large', { size, limit });
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** A JSON body of bounded size, or null where it is not JSON. */
export async function boundedJson(request: Request, limit: number): Promise<unknown> {
  const text = new TextDecoder().decode(await boundedBody(request, limit));
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
