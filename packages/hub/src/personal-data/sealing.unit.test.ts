import { createDecipheriv } from 'node:crypto';
import { Sealed } from '@tsudoi/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, identityHash, seal, subkey, unseal } from './sealing.ts';

const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const place = { personId: 'p1', eventType: 'PersonJoined', streamId: 'p1' };

describe('what is sealed', () => {
  test('is a text that events take, and reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const sealed = seal(key, place, value);
        expect(Sealed.safeParse(sealed).success).toBe(true);
        expect(unseal(key, place, sealed)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('never looks the same twice, so equal answers cannot be told', () => {
    expect(seal(key, place, 'x')).not.toBe(seal(key, place, 'x'));
  });

  test('opens with no other key, for no other person, event type or stream, and not when a bit was changed', () => {
    const sealed = seal(key, place, { displayName: '花子' });
    expect(() => unseal(other, place, sealed)).toThrow();
    for (const member of ['personId', 'eventType', 'streamId'] as const) {
      expect(() => unseal(key, { ...place, [member]: 'other' }, sealed)).toThrow();
    }
    const changed = `${sealed.slice(0, 30)}${sealed[30] === 'A' ? 'B' : 'A'}${sealed.slice(31)}`;
    expect(() => unseal(key, place, changed)).toThrow();
  });

  test('is AES-256-GCM as NIST describes it: case 14 of the specification', () => {
    const zero = createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
    zero.setAuthTag(Buffer.from('d0d1c8a799996bf0265b98b5d48ab919', 'hex'));
    const plain = Buffer.concat([
      zero.update(Buffer.from('cea7403d4d606b6e074ec5d3baf39d18', 'hex')),
      zero.final(),
    ]);
    expect(plain).toEqual(Buffer.alloc(16));
    const layout = Buffer.concat([
      Buffer.alloc(12),
      Buffer.from('cea7403d4d606b6e074ec5d3baf39d18', 'hex'),
      Buffer.from('d0d1c8a799996bf0265b98b5d48ab919', 'hex'),
    ]);
    expect(decrypt(Buffer.alloc(32), '', layout)).toEqual(Buffer.alloc(16));
    expect(decrypt(key, 'a', encrypt(key, 'a', plain))).toEqual(plain);
  });
});

test('each purpose has its own key, and an identity its own hash', () => {
  const keys = (['wrap', 'identity', 'webhook'] as const).map((purpose) =>
    subkey(key, purpose).toString('hex'),
  );
  expect(new Set(keys).size).toBe(3);
  const hashes = [
    identityHash(key, 'oidc', 'abc'),
    identityHash(key, 'oidc', 'abd'),
    identityHash(key, 'oidcabc', ''),
    identityHash(other, 'oidc', 'abc'),
  ];
  expect(new Set(hashes.map((hash) => hash.toString('hex'))).size).toBe(4);
});
