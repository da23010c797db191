import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { canonicalJson, Rejection, Sha256 } from '@tsudoi/schema';
import { z } from 'zod';

const Seconds = z.coerce.number().pipe(z.int().positive());
const grants = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('PUT'),
    sha256: Sha256,
    size: z.coerce.number().pipe(z.int().nonnegative()),
    mediaType: z.string().max(100),
    expires: Seconds,
  }),
  z.strictObject({
    method: z.literal('GET'),
    sha256: Sha256,
    fileName: z.string().max(300),
    expires: Seconds,
  }),
]);

/** What the holder of a signed address may do, until `expires` (seconds since 1970). */
export type Grant = z.infer<typeof grants>;

export const grantPath = '/api/objects/';

/** A key of its own, so that a signed address can never stand in for anything else signed with the hub's secret. */
export function grantKey(hubSecret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', hubSecret, '', 'tsudoi object grants v1', 32));
}

/** The address of an object relative to the hub: every member of the grant is in the query and under the signature. */
export function signGrant(key: Buffer, grant: Grant): string {
  const { method, sha256, ...members } = grant;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) query.set(name, String(value));
  query.set('signature', signature(key, grant).toString('base64url'));
  return `${grantPath}${sha256}?${query}`;
}

/**
 * @param now milliseconds since 1970 by the database's clock
 * @throws Rejection `upload.grant-invalid` when the address was changed, is for another method, or has expired
 */
export function verifyGrant(key: Buffer, method: string, url: URL, now: number): Grant {
  const { signature: given, ...members } = Object.fromEntries(url.searchParams);
  const sha256 = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const parsed = grants.safeParse({ method, sha256, ...members });
  if (!parsed.success) throw new Rejection('upload.grant-invalid');
  const expected = signature(key, parsed.data);
  const actual = Buffer.from(given ?? '', 'base64url');
  const genuine = actual.length === expected.length && timingSafeEqual(actual, expected);
  if (!genuine || now >= parsed.data.expires * 1000) throw new Rejection('upload.grant-invalid');
  return parsed.data;
}

function signature(key: Buffer, grant: Grant): Buffer {
  return createHmac('sha256', key).update(canonicalJson(grant)).digest();
}
