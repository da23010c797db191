import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Grant, grantKey, signGrant, verifyGrant } from './grant.ts';
import { parseRange } from './serve-object.ts';

const key = grantKey('a secret of at least thirty-two characters');
const sha256 = 'ab'.repeat(32);
const grant: Grant = { method: 'PUT', sha256, size: 10, mediaType: 'text/plain', expires: 1000 };
const open = (address: string, method = 'PUT', now = 0) =>
  verifyGrant(key, method, new URL(address, 'http://hub.test'), now);

test('a signed address gives its grant back, until the second in which it expires', () => {
  expect(open(signGrant(key, grant), 'PUT', 999_999)).toEqual(grant);
  expect(() => open(signGrant(key, grant), 'PUT', 1_000_000)).toThrow('upload.grant-invalid');
});

test('an address is good for its own method only', () => {
  expect(() => open(signGrant(key, grant), 'GET')).toThrow('upload.grant-invalid');
  expect(() => open(signGrant(key, grant), 'DELETE')).toThrow('upload.grant-invalid');
});

test('a secret of another hub signs nothing here', () => {
  const foreign = signGrant(grantKey('another secret of thirty-two characters'), grant);
  expect(() => open(foreign)).toThrow('upload.grant-invalid');
});

test('no change of any single character of an address is accepted as another grant', () => {
  const address = signGrant(key, { method: 'GET', sha256, fileName: 'モデル&size=1.bin', expires: 1000 });
  const original = open(address, 'GET');
  expect(original).toMatchObject({ fileName: 'モデル&size=1.bin' });
  fc.assert(
    fc.property(fc.nat(address.length - 1), fc.constantFrom(...'0aA&=%/?-'), (at, character) => {
      const changed = `${address.slice(0, at)}${character}${address.slice(at + 1)}`;
      try {
        expect(open(changed, 'GET')).toEqual(original); // another spelling of the same grant is harmless
      } catch (error) {
        expect(String(error)).toContain('upload.grant-invalid');
      }
    }),
  );
});

test('ranges follow RFC 9110 14.1.2', () => {
  expect(parseRange('bytes=0-9', 100)).toEqual({ start: 0, end: 9 });
  expect(parseRange('bytes=90-', 100)).toEqual({ start: 90, end: 99 });
  expect(parseRange('bytes=-5', 100)).toEqual({ start: 95, end: 99 });
  expect(parseRange('bytes=-500', 100)).toEqual({ start: 0, end: 99 });
  expect(parseRange('bytes=50-999', 100)).toEqual({ start: 50, end: 99 });
  expect(parseRange('bytes=100-', 100)).toBe('unsatisfiable');
  for (const other of [null, 'bytes=5-1', 'bytes=-', 'bytes=0-1,3-4', 'lines=1-2']) {
    expect(parseRange(other, 100)).toBeNull();
  }
});
