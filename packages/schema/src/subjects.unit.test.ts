import { expect, test } from 'vitest';
import { logSubject, subscriptionFilter } from './subjects.ts';

const group = 'corpus';

test.each([
  [group, ['*'], 'log.corpus.>'],
  [group, ['source'], 'log.corpus.source.*'],
  [group, ['source.SourceProposed'], 'log.corpus.source.SourceProposed'],
  [group, ['source', 'job'], 'log.corpus.>'],
  [null, ['*'], 'log.>'],
  [null, ['source'], 'log.*.source.*'],
  [null, ['source', 'job.JobQueued'], 'log.>'],
] as const)('the filter of group %s and topics %s', (slug, topics, filter) => {
  expect(subscriptionFilter(slug, topics)).toBe(filter);
});

test('an event of no group is in no filter of a group', () => {
  expect(logSubject(null, 'person', 'PersonJoined')).toBe('log._.person.PersonJoined');
  expect(logSubject(group, 'source', 'SourceProposed')).toBe('log.corpus.source.SourceProposed');
});
