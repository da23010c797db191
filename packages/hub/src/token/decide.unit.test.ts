import type { PersonEvent } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { person } from '../person/person.ts';
import { given } from '../testing/given.ts';
import * as decide from './decide.ts';

const [personId, tokenId, groupId, elsewhere] = ['1', '2', '3', '4'].map(
  (n) => `018f0000-0000-7000-8000-00000000000${n}`,
);
const joined: PersonEvent[] = [
  { type: 'PersonJoined', data: { personId, openness: '2026-11', sealed: null } },
  { type: 'RoleGranted', data: { personId, role: 'contributor', groupId: null } },
];
const reviewer: PersonEvent = { type: 'RoleGranted', data: { personId, role: 'reviewer', groupId } };
const left: PersonEvent = { type: 'PersonLeft', data: { personId } };
const now = new Date('2026-11-22T00:00:00.000Z');
const secretHash = 'a'.repeat(64);
const data = { tokenId, label: 'node', scopes: ['node.work' as const] };
const issued: PersonEvent = {
  type: 'TokenIssued',
  data: { personId, ...data, groupId: null, expiresAt: null, secretHash },
};
const revoked: PersonEvent = { type: 'TokenRevoked', data: { personId, tokenId } };
const issue =
  (change: Partial<Parameters<typeof decide.issue>[2]> = {}) =>
  (state: typeof person.initial) =>
    decide.issue(state, personId, { ...data, ...change }, { now, secretHash });
const revoke = (state: typeof person.initial) => decide.revoke(state, personId, { tokenId });

describe('a token', () => {
  test('is issued to who joined; the log has a hash of its secret', () => {
    given(person, ...joined)
      .when(issue())
      .gives(issued);
    given(person).when(issue()).isRefused('person.unknown');
    given(person, ...joined, left)
      .when(issue())
      .isRefused('person.left');
  });

  test('has an id of its own', () => {
    given(person, ...joined, issued)
      .when(issue())
      .isRefused('stream.exists');
  });

  test('expires after so many days, to the millisecond', () => {
    given(person, ...joined)
      .when(issue({ days: 30 }))
      .gives({ ...issued, data: { ...issued.data, expiresAt: '2026-12-22T00:00:00.000Z' } } as PersonEvent);
    const expiresAt = '2026-12-22T00:00:00.000Z';
    expect(() => decide.requireUnexpired({ expiresAt }, new Date('2026-12-21T23:59:59.999Z'))).not.toThrow();
    expect(() => decide.requireUnexpired({ expiresAt }, new Date(expiresAt))).toThrow(/auth.token-expired/);
    expect(() => decide.requireUnexpired({ expiresAt: null }, new Date('2100-01-01'))).not.toThrow();
  });

  test('carries nothing that its person may not do, there', () => {
    const scopes = ['source.review' as const];
    given(person, ...joined)
      .when(issue({ scopes }))
      .isRefused('token.scope-exceeds', { permission: 'source.review' });
    given(person, ...joined, reviewer)
      .when(issue({ scopes, groupId: elsewhere }))
      .isRefused('token.scope-exceeds', { permission: 'source.review' });
    given(person, ...joined, reviewer)
      .when(issue({ scopes, groupId }))
      .gives({ ...issued, data: { ...issued.data, scopes, groupId } } as PersonEvent);
  });

  test('is revoked once; again changes nothing; a foreign one is unknown', () => {
    given(person, ...joined, issued)
      .when(revoke)
      .gives(revoked);
    given(person, ...joined, issued, revoked)
      .when(revoke)
      .changesNothing();
    given(person, ...joined)
      .when(revoke)
      .isRefused('token.unknown', { tokenId });
  });

  test('ends when its person leaves', () => {
    given(person, ...joined, issued, left)
      .when(revoke)
      .changesNothing();
  });
});
