import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hub } from '../hub.ts';
import { readStream } from '../log/read-log.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { proposal } from '../testing/samples.ts';
import { acceptedSource, newPerson, send } from '../testing/scenario.ts';

let testHub: TestHub;
let hub: Hub;
beforeAll(async () => {
  testHub = await createTestHub();
  hub = testHub.hub;
});
afterAll(() => testHub.drop());

const typesOf = async (sourceId: string) =>
  (await readStream(hub.sql, 'source', sourceId)).events.map((event) => event.type);

test('two reviewers who accept at the same time accept the source once', async () => {
  const data = proposal();
  const { sourceId } = data;
  await send(hub, await newPerson(hub), { type: 'source.propose', data });
  const reviewers = [await newPerson(hub, 'reviewer'), await newPerson(hub, 'reviewer')];
  const accept = { sourceId, verdict: 'accept' as const, comment: '' };
  await Promise.all(reviewers.map((actor) => send(hub, actor, { type: 'source.review', data: accept })));
  expect(await typesOf(sourceId)).toEqual([
    'SourceProposed',
    'SourceReviewed',
    'SourceReviewed',
    'SourceAccepted',
  ]);
});

describe('titles', () => {
  test('two proposals of one title at the same time: one gets it, the other is told which', async () => {
    const [first, second] = [proposal({ titleEn: 'Ｍａｎ  pages' }), proposal({ titleEn: 'man pages' })];
    const people = [await newPerson(hub), await newPerson(hub)];
    const outcomes = await Promise.allSettled([
      send(hub, people[0], { type: 'source.propose', data: first }),
      send(hub, people[1], { type: 'source.propose', data: second }),
    ]);
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toHaveLength(1);
    const won = outcomes[0].status === 'fulfilled' ? first : second;
    expect(refused[0]).toMatchObject({ code: 'source.title-taken', params: { sourceId: won.sourceId } });
  });

  test('a proposal that the licence rules refuse is on record, and its title is free again', async () => {
    const actor = await newPerson(hub);
    const data = proposal({ licence: 'CC-BY-NC-4.0', titleEn: 'Novels' });
    const { result } = await send(hub, actor, { type: 'source.propose', data });
    const refusedBy = { rule: 'non-commercial', licence: 'CC-BY-NC-4.0' };
    expect(result).toEqual({ state: 'rejected', refusedBy });
    expect(await typesOf(data.sourceId)).toEqual(['SourceProposed', 'SourceRejected']);
    const again = await send(hub, actor, { type: 'source.propose', data: proposal({ titleEn: 'Novels' }) });
    expect(again.result).toMatchObject({ state: 'under-review' });
  });

  test('a withdrawn source gives its title back', async () => {
    const actor = await newPerson(hub);
    const data = proposal({ titleJa: '青空の本' });
    await send(hub, actor, { type: 'source.propose', data });
    const withdrawal = { sourceId: data.sourceId, reason: '権利者の求め' };
    await send(hub, actor, { type: 'source.withdraw', data: withdrawal });
    await send(hub, actor, { type: 'source.propose', data: proposal({ titleJa: '青空の本' }) });
  });
});

test('a source is withdrawn by its proposer or by who curates, not by others', async () => {
  const sourceId = await acceptedSource(hub);
  const withdraw = { type: 'source.withdraw' as const, data: { sourceId, reason: 'x' } };
  await expect(send(hub, await newPerson(hub), withdraw)).rejects.toMatchObject({
    code: 'auth.not-permitted-here',
  });
  await send(hub, await newPerson(hub, 'admin'), withdraw);
  expect((await typesOf(sourceId)).at(-1)).toBe('SourceWithdrawn');
});

test('a proposal for a working group that does not exist is refused', async () => {
  const data = proposal({ groupId: uuidV7() });
  await expect(send(hub, await newPerson(hub), { type: 'source.propose', data })).rejects.toMatchObject({
    code: 'group.unknown',
  });
});
