import { currentOpenness, firstOpenness, type PersonEvent } from '@tsudoi/schema';
import { describe, test } from 'vitest';
import { given } from '../testing/given.ts';
import * as decide from './decide.ts';
import { person } from './person.ts';

const personId = '018f0000-0000-7000-8000-000000000001';
const groupId = '018f0000-0000-7000-8000-000000000003';
const joining = { personId, displayName: '花子', opennessAgreed: true };
const sealed = `s1.${'A'.repeat(16)}.${'b'.repeat(40)}`;
const joined: PersonEvent[] = [
  { type: 'PersonJoined', data: { personId, openness: currentOpenness, sealed } },
  { type: 'RoleGranted', data: { personId, role: 'contributor', groupId: null } },
];
const reviewer = { personId, role: 'reviewer' as const, groupId };
const granted: PersonEvent = { type: 'RoleGranted', data: reviewer };
const left: PersonEvent = { type: 'PersonLeft', data: { personId } };
const erased: PersonEvent = { type: 'PersonErased', data: { personId } };
const member = { isGroupMember: true };

describe('joining', () => {
  test('makes a contributor; the log has the version of the text and the name sealed', () => {
    given(person)
      .when((state) => decide.join(state, joining, sealed))
      .gives(...joined);
  });
  test('needs agreement to openness', () => {
    given(person)
      .when((state) => decide.join(state, { ...joining, opennessAgreed: false }, sealed))
      .isRefused('person.openness-not-agreed');
  });
  test('happens once', () => {
    given(person, ...joined)
      .when((state) => decide.join(state, joining, sealed))
      .isRefused('person.joined-already');
  });
});

test('whoever is here chooses whether credits say their name, and may choose again', () => {
  const choose = (named: boolean) => (state: typeof person.initial) =>
    decide.chooseCredit(state, personId, { named });
  const hidden: PersonEvent = { type: 'CreditNameChosen', data: { personId, named: false } };
  given(person, ...joined)
    .when(choose(true))
    .changesNothing();
  given(person, ...joined)
    .when(choose(false))
    .gives(hidden);
  given(person, ...joined, hidden)
    .when(choose(true))
    .gives({ type: 'CreditNameChosen', data: { personId, named: true } });
  given(person).when(choose(false)).isRefused('person.unknown', { personId });
});

describe('roles', () => {
  test('are granted to who joined', () => {
    given(person, ...joined)
      .when((state) => decide.grantRole(state, reviewer, member))
      .gives(granted);
    given(person)
      .when((state) => decide.grantRole(state, reviewer, member))
      .isRefused('person.unknown', { personId });
  });
  test('are held once per group', () => {
    given(person, ...joined, granted)
      .when((state) => decide.grantRole(state, reviewer, member))
      .isRefused('role.held-already', { role: 'reviewer' });
    given(person, ...joined, granted)
      .when((state) => decide.grantRole(state, { ...reviewer, groupId: null }, { isGroupMember: false }))
      .gives({ type: 'RoleGranted', data: { ...reviewer, groupId: null } });
  });
  test('are taken back, and may be granted again', () => {
    const takenBack: PersonEvent = { type: 'RoleRevoked', data: reviewer };
    given(person, ...joined, granted)
      .when((state) => decide.revokeRole(state, reviewer))
      .gives(takenBack);
    given(person, ...joined, granted, takenBack)
      .when((state) => decide.grantRole(state, reviewer, member))
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
  test('in a working group are for its members', () => {
    given(person, ...joined)
      .when((state) => decide.grantRole(state, reviewer, { isGroupMember: false }))
      .isRefused('group.not-member');
  });
  test('in a group end when it is left, and no others', () => {
    given(person, ...joined, granted)
      .when((state) => decide.loseRolesIn(state, personId, groupId))
      .gives({ type: 'RoleRevoked', data: reviewer });
  });
});

describe('openness', () => {
  test('is agreed to by version; agreeing again to the same text changes nothing', () => {
    const agree = (openness: string) => (state: typeof person.initial) =>
      decide.agree(state, personId, { openness });
    given(person, ...joined)
      .when(agree(firstOpenness))
      .gives({ type: 'OpennessAgreed', data: { personId, openness: firstOpenness } });
    given(person, ...joined)
      .when(agree(currentOpenness))
      .changesNothing();
    given(person, ...joined)
      .when(agree('2099-01'))
      .isRefused('openness.unknown', { version: '2099-01' });
  });
});

describe('leaving', () => {
  const leave = (state: typeof person.initial) => decide.leave(state, personId);
  const erase = (state: typeof person.initial) => decide.erase(state, personId);

  test('ends every role; whoever left may come back', () => {
    given(person, ...joined, granted)
      .when(leave)
      .gives(left);
    given(person, ...joined, granted, left)
      .when((state) => decide.revokeRole(state, reviewer))
      .isRefused('person.left');
    given(person, ...joined, left)
      .when((state) => decide.join(state, joining, sealed))
      .gives(...joined);
    given(person, ...joined, left)
      .when(leave)
      .isRefused('person.left');
  });

  test('erasing leaves a tombstone, and is for good', () => {
    given(person, ...joined)
      .when(erase)
      .gives(left, erased);
    given(person, ...joined, left)
      .when(erase)
      .gives(erased);
    given(person, ...joined, left, erased)
      .when(erase)
      .changesNothing();
    given(person, ...joined, left, erased)
      .when((state) => decide.join(state, joining, sealed))
      .isRefused('person.erased');
    given(person).when(erase).isRefused('person.unknown');
  });

  test('nobody who is gone changes their profile or gets a role', () => {
    for (const [history, code] of [
      [[...joined, left], 'person.left'],
      [[...joined, left, erased], 'person.erased'],
      [[], 'person.unknown'],
    ] as const) {
      given(person, ...history)
        .when((state) => decide.changeProfile(state, personId, sealed))
        .isRefused(code);
      given(person, ...history)
        .when((state) => decide.grantRole(state, reviewer, member))
        .isRefused(code);
    }
  });
});
