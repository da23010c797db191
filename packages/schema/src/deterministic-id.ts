import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';

/**
 * A UUID of version 8 (RFC 9562, section 5.8) whose bits come from the SHA-256 of the canonical JSON of `parts`. Two
 * planners, or one that starts over, therefore make the same ids, and their commands collide without harm.
 */
export function deterministicId(...parts: unknown[]): string {
  const bytes = createHash('sha256').update(canonicalJson(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
