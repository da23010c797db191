import type { GroupEvent } from '@tsudoi/schema';
import { describe, test } from 'vitest';
import { given } from '../testing/given.ts';
import * as decide from './decide.ts';
import { group } from './group.ts';

const groupId = '018f0000-0000-7000-8000-000000000001';
const personId = '018f0000-0000-7000-8000-000000000002';
const data = { groupId, slug: 'corpus', nameJa: 'コーパス構築', nameEn: 'Corpus' };
const created: GroupEvent = { type: 'GroupCreated', data };
const added: GroupEvent = { type: 'MemberAdded', data: { groupId, personId } };

describe('a working group', () => {
  test('is created under a short name of its own', () => {
    given(group)
      .when((state) => decide.create(state, data, { slugTaken: false }))
      .gives(created);
    given(group)
      .when((state) => decide.create(state, data, { slugTaken: true }))
      .isRefused('group.slug-taken', { slug: 'corpus' });
  });
  test('is created once', () => {
    given(group, created)
      .when((state) => decide.create(state, data, { slugTaken: true }))
      .isRefused('stream.exists');
  });
  test('takes in people who joined, each once', () => {
    given(group, created)
      .when((state) => decide.addMember(state, { groupId, personId }, { personJoined: true }))
      .gives(added);
    given(group, created, added)
      .when((state) => decide.addMember(state, { groupId, personId }, { personJoined: true }))
      .changesNothing();
    given(group, created)
      .when((state) => decide.addMember(state, { groupId, personId }, { personJoined: false }))
      .isRefused('person.unknown', { personId });
  });
  test('lets people go, each once, and takes them in again', () => {
    const removed: GroupEvent = { type: 'MemberRemoved', data: { groupId, personId } };
    const remove = (state: typeof group.initial) => decide.removeMember(state, { groupId, personId });
    given(group, created, added).when(remove).gives(removed);
    given(group, created, added, removed).when(remove).changesNothing();
    given(group).when(remove).isRefused('group.unknown', { groupId });
    given(group, created, added, removed)
      .when((state) => decide.addMember(state, { groupId, personId }, { personJoined: true }))
      .gives(added);
  });
  test('that does not exist takes in nobody', () => {
    given(group)
      .when((state) => decide.addMember(state, { groupId, personId }, { personJoined: true }))
      .isRefused('group.unknown', { groupId });
  });
});
