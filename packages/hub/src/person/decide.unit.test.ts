import type { PersonEvent } from '@tsudoi/schema';
import { describe, test } from 'vitest';
import { given } from '../testing/given.ts';
import * as decide from './decide.ts';
import { person } from './person.ts';

const personId = '018f0000-0000-7000-8000-000000000001';
const tokenId = '018f0000-0000-7000-8000-000000000002';
const groupId = '018f0000-0000-7000-8000-000000000003';
const joining = { personId, displayName: '花子', opennessAgreed: true };
const joined: PersonEvent[] = [
  { type: 'PersonJoined', data: { personId, opennessAgreed: true } },
  { type: 'RoleGranted', data: { personId, role: 'contributor', groupId: null } },
];
const reviewer = { personId, role: 'reviewer' as const, groupId };
const granted: PersonEvent = { type: 'RoleGranted', data: reviewer };
const token = { tokenId, label: 'node', scopes: ['node.work' as const] };
const issued: PersonEvent = { type: 'TokenIssued', data: { personId, ...token } };
const revoked: PersonEvent = { type: 'TokenRevoked', data: { personId, tokenId } };

describe('joining', () => {
  test('makes a contributor, without the name', () => {
    given(person)
      .when((state) => decide.join(state, joining))
      .gives(...joined);
  });
  test('needs agreement to openness', () => {
    given(person)
      .when((state) => decide.join(state, { ...joining, opennessAgreed: false }))
      .isRefused('person.openness-not-agreed');
  });
  test('happens once', () => {
    given(person, ...joined)
      .when((state) => decide.join(state, joining))
      .isRefused('person.joined-already');
  });
});

describe('roles', () => {
  test('are granted to who joined', () => {
    given(person, ...joined)
      .when((state) => decide.grantRole(state, reviewer))
      .gives(granted);
    given(person)
      .when((state) => decide.grantRole(state, reviewer))
      .isRefused('person.unknown', { personId });
  });
  test('are held once per group', () => {
    given(person, ...joined, granted)
      .when((state) => decide.grantRole(state, reviewer))
      .isRefused('role.held-already', { role: 'reviewer' });
    given(person, ...joined, granted)
      .when((state) => decide.grantRole(state, { ...reviewer, groupId: null }))
      .gives({ type: 'RoleGranted', data: { ...reviewer, groupId: null } });
  });
  test('are taken back, and may be granted again', () => {
    const takenBack: PersonEvent = { type: 'RoleRevoked', data: reviewer };
    given(person, ...joined, granted)
      .when((state) => decide.revokeRole(state, reviewer))
      .gives(takenBack);
    given(person, ...joined, granted, takenBack)
      .when((state) => decide.grantRole(state, reviewer))
      .gives(granted);
  });
  test('that are not held cannot be taken back', () => {
    given(person, ...joined, granted)
      .when((state) => decide.revokeRole(state, { ...reviewer, groupId: null }))
      .isRefused('role.not-held', { role: 'reviewer' });
    given(person)
      .when((state) => decide.revokeRole(state, reviewer))
      .isRefused('person.unknown');
  });
});

describe('tokens', () => {
  test('are issued to who joined', () => {
    given(person, ...joined)
      .when((state) => decide.issueToken(state, personId, token))
      .gives(issued);
    given(person)
      .when((state) => decide.issueToken(state, personId, token))
      .isRefused('person.unknown');
  });
  test('have an id of their own', () => {
    given(person, ...joined, issued)
      .when((state) => decide.issueToken(state, personId, token))
      .isRefused('stream.exists');
  });
  test('are revoked once; again changes nothing; a foreign one is unknown', () => {
    given(person, ...joined, issued)
      .when((state) => decide.revokeToken(state, personId, { tokenId }))
      .gives(revoked);
    given(person, ...joined, issued, revoked)
      .when((state) => decide.revokeToken(state, personId, { tokenId }))
      .changesNothing();
    given(person, ...joined)
      .when((state) => decide.revokeToken(state, personId, { tokenId }))
      .isRefused('token.unknown', { tokenId });
  });
});
