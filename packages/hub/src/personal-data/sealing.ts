import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** One key per purpose from the key of the environment, so that none of them says anything about another. */
export function subkey(master: Uint8Array, purpose: 'wrap' | 'identity' | 'webhook' | 'backup'): Buffer {
  return Buffer.from(hkdfSync('sha256', master, new Uint8Array(0), `tsudoi ${purpose}`, 32));
}

/** AES-256-GCM under a random nonce: nonce (12 bytes), ciphertext, tag (16). `about` must be the same to open it. */
export function encrypt(key: Uint8Array, about: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws if the key or what it is about differs, or a bit was changed */
export function decrypt(key: Uint8Array, about: string, sealed: Uint8Array): Buffer {
  const [nonce, body, tag] = [
    sealed.subarray(0, nonceBytes),
    sealed.subarray(nonceBytes, -tagBytes),
    sealed.subarray(-tagBytes),
  ];
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    .setAAD(Buffer.from(about, 'utf8'))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}

/** What a sealed text is about. It cannot be moved to another person, kind of event or stream. */
export interface SealedPlace {
  personId: string;
  eventType: string;
  streamId: string;
}

const aboutOf = ({ personId, eventType, streamId }: SealedPlace) => `${personId} ${eventType} ${streamId}`;

/** Seals a value into the text form that events carry. */
export function seal(key: Uint8Array, place: SealedPlace, value: unknown): string {
  const bytes = encrypt(key, aboutOf(place), Buffer.from(JSON.stringify(value), 'utf8'));
  return `s1.${bytes.subarray(0, nonceBytes).toString('base64url')}.${bytes.subarray(nonceBytes).toString('base64url')}`;
}

/** @throws if the text was sealed elsewhere or was changed */
export function unseal(key: Uint8Array, place: SealedPlace, sealed: string): unknown {
  const [, nonce, body] = sealed.split('.');
  const bytes = Buffer.concat([Buffer.from(nonce, 'base64url'), Buffer.from(body, 'base64url')]);
  return JSON.parse(decrypt(key, aboutOf(place), bytes).toString('utf8'));
}

/** A keyed hash of who somebody is to an identity provider: finds the person again and says nothing about them. */
export function identityHash(master: Uint8Array, provider: string, subject: string): Buffer {
  return createHmac('sha256', subkey(master, 'identity'))
    .update(JSON.stringify([provider, subject]))
    .digest();
}

/** Proves that a text was written by whoever holds the key of the environment: HMAC-SHA-256 as hex. */
export function backupSeal(master: Uint8Array, text: string): string {
  return createHmac('sha256', subkey(master, 'backup')).update(text, 'utf8').digest('hex');
}
