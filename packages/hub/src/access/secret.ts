import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as text; the prefix says what it opens, so that a leaked one is recognised. */
export function newSecret(prefix: 'tsudoi_node' | 'tsudoi_session' | 'tsudoi_stream'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** A secret that signs deliveries, as Standard Webhooks writes it: the key itself is what stands behind the prefix. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What is stored of a secret. With 256 random bits a plain hash cannot be guessed backwards, so it is not salted. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
