import { expect, test } from 'vitest';
import type { Queryable } from '../log/connection.ts';
import { EventGroups } from './event-groups.ts';

const groupId = '00000000-0000-4000-8000-00000000000a';

/** Answers as the log would that holds a first event of group `corpus` for each source. */
function logOfSources(): Queryable {
  const query = async ([text]: TemplateStringsArray, ...values: string[][]) =>
    text.includes('working_group')
      ? [{ groupId, slug: 'corpus' }]
      : values[1].map((streamId, i) => ({ streamType: values[0][i], streamId, data: { groupId } }));
  return query as unknown as Queryable;
}

const reviewOf = (source: number) => ({ streamType: 'source', streamId: `source ${source}`, data: {} });
const reviews = (from: number, count: number) => Array.from({ length: count }, (_, i) => reviewOf(from + i));

test('an event keeps its group when more streams have been seen than are remembered', async () => {
  const [groups, sql] = [new EventGroups(), logOfSources()];
  for (let seen = 0; seen <= 40_000; seen += 500) {
    const page = [...reviews(Math.max(0, seen - 500), 1), ...reviews(seen, 500)]; // one that is known, and new ones
    expect(new Set(await groups.of(sql, page))).toEqual(new Set(['corpus']));
  }
});

test('a reader is not disturbed by another for whom what is remembered is given up', async () => {
  const [groups, sql] = [new EventGroups(), logOfSources()];
  await groups.of(sql, reviews(0, 20_001));
  const found = await Promise.all([groups.of(sql, reviews(0, 10)), groups.of(sql, reviews(30_000, 10))]);
  expect(new Set(found.flat())).toEqual(new Set(['corpus']));
});
