import { describe, expect, test } from 'vitest';
import frozen from './fixtures.json' with { type: 'json' };
import { decodeEvent, eventDefinitions, UnknownEventType } from './registry.ts';

// Append to fixtures.json whenever an event gets a new version; never change what is there: it lies in people's logs.

test('every version of every event that was ever written has a fixture', () => {
  const covered = new Set(frozen.map(({ type, schemaVersion }) => `${type} ${schemaVersion}`));
  const written = eventDefinitions.flatMap(({ type, version }) =>
    Array.from({ length: version }, (_, i) => `${type} ${i + 1}`),
  );
  expect([...covered].sort()).toEqual(written.sort());
});

describe.each(frozen)('$type version $schemaVersion', ({ type, schemaVersion, data }) => {
  test('is decoded to the newest version, and nothing is lost on the way', () => {
    const decoded = decodeEvent(type, schemaVersion, data);
    expect(decoded.type).toBe(type);
    const newest = eventDefinitions.find((definition) => definition.type === type)!.version;
    if (schemaVersion === newest) expect(decoded.data).toEqual(data);
  });
});

test('an event of a newer release is told apart from a broken one', () => {
  expect(() => decodeEvent('SourceTranslated', 1, {})).toThrow(UnknownEventType);
  expect(() => decodeEvent('JobQueued', 1, { jobId: 'no uuid' })).toThrow(/jobId/);
  expect(() => decodeEvent('JobQueued', 1, { jobId: frozen[0].data.personId, more: 1 })).toThrow();
});

test('no event has a field for names or addresses of people', () => {
  const text = JSON.stringify(eventDefinitions.map(({ data }) => Object.keys(data.shape)));
  expect(text).not.toMatch(/displayName|email|userName|"name"/i);
});

describe('what an older version did not say is filled in without inventing anything', () => {
  const lifted = (type: string) => {
    const { schemaVersion, data } = frozen.find((one) => one.type === type && one.schemaVersion === 1)!;
    return decodeEvent(type, schemaVersion, data).data;
  };

  test.each([
    ['PersonJoined', { openness: '2026-10', sealed: null }],
    ['TokenIssued', { groupId: null, expiresAt: null, secretHash: null }],
    ['SourceWithdrawn', { descendants: null }],
    ['JobDrafted', { endCheck: false, verification: { method: 'hash' } }],
    ['RunRegistered', { supersedes: null }],
    ['AnnotationSetDrawnUp', { licence: null, sensitive: true }],
  ])('%s', (type, added) => {
    expect(lifted(type)).toMatchObject(added);
  });
});
