import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { chainHash, contentHash, genesisHash } from './hash-chain.ts';
import { uuidV7 } from './uuid-v7.ts';

const content = {
  streamType: 'group',
  streamId: '018f0000-0000-7000-8000-000000000001',
  version: 1,
  eventId: '018f0000-0000-7000-8000-000000000002',
  type: 'MemberAdded',
  schemaVersion: 1,
  data: { b: 1e-8, a: '集い' },
  meta: { actor: 'system:test' },
  sealed: null,
  subjectId: null,
};

test('the content hash is over canonical JSON with sorted keys, so anybody can recompute it', () => {
  const bytes =
    '{"data":{"a":"集い","b":1e-8},"eventId":"018f0000-0000-7000-8000-000000000002","meta":{"actor":"system:test"},' +
    '"schemaVersion":1,"sealed":null,"streamId":"018f0000-0000-7000-8000-000000000001","streamType":"group",' +
    '"subjectId":null,"type":"MemberAdded","version":1}';
  expect(contentHash(content)).toEqual(createHash('sha256').update(bytes, 'utf8').digest());
});

test('the chain hash is over 80 bytes: hash before, position, milliseconds, content hash', () => {
  const at = new Date('2026-11-22T00:00:00.123Z');
  const bytes = Buffer.concat([
    Buffer.alloc(32),
    Buffer.from('0000000000000001', 'hex'),
    Buffer.from(at.getTime().toString(16).padStart(16, '0'), 'hex'),
    contentHash(content),
  ]);
  expect(bytes).toHaveLength(80);
  const expected = createHash('sha256').update(bytes).digest();
  expect(chainHash(genesisHash, 1, at, contentHash(content))).toEqual(expected);
});

test('event ids are UUIDs of version 7 that sort by time', () => {
  expect(uuidV7(0x0123456789ab)).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidV7(2000) > uuidV7(1000)).toBe(true);
  expect(new Set(Array.from({ length: 1000 }, () => uuidV7())).size).toBe(1000);
});
