import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logHead } from '../log/read-log.ts';
import { createTestHub, type TestHub } from '../testing/database.ts';
import { proposal } from '../testing/samples.ts';
import { newPerson, send, system } from '../testing/scenario.ts';
import { LogWindow } from './log-window.ts';
import { isSelected } from './select.ts';

let test_: TestHub;
const groupId = randomUUID();
beforeAll(async () => {
  test_ = await createTestHub();
  const group = { groupId, slug: 'corpus', nameJa: 'コーパス', nameEn: 'Corpus' };
  await send(test_.hub, system, { type: 'group.create', data: group });
});
afterAll(() => test_.drop());

async function positionsFrom(window: LogWindow, from: number, until: number): Promise<number[]> {
  const seen: number[] = [];
  const { signal } = new AbortController();
  for (let last = from; last < until; last = seen.at(-1) ?? last) {
    await window.wait(last, 5000, signal);
    seen.push(...(await window.after(last)).map(({ envelope }) => envelope.position));
  }
  return seen;
}

test('readers before, in and behind the window all get every position once and in order, while events come', async () => {
  const window = new LogWindow(test_.hub, { source: 'http://hub.test', size: 8 });
  const start = await window.head();
  const adding = Array.from({ length: 40 }, () => newPerson(test_.hub));
  const live = positionsFrom(window, start, start + 40);
  await Promise.all(adding);
  const { position: head } = await logHead(test_.hub.sql);
  const all = Array.from({ length: head }, (_, i) => i + 1);
  expect((await live).slice(0, 40)).toEqual(all.slice(start, start + 40));
  expect(await positionsFrom(window, 0, head)).toEqual(all);
  expect(await positionsFrom(window, head - 3, head)).toEqual(all.slice(-3));
  expect(await window.after(head)).toEqual([]);
  await window.close();
});

test('an event is found under its group, also when only what it is about names one', async () => {
  const person = await newPerson(test_.hub);
  await send(test_.hub, person, { type: 'group.join', data: { groupId } });
  const from = (await logHead(test_.hub.sql)).position;
  const data = proposal({ groupId });
  const { sourceId } = data;
  await send(test_.hub, person, { type: 'source.propose', data });
  const draft = {
    ...{
      jobId: randomUUID(),
      inputs: [],
      sourceIds: [sourceId],
      runId: null,
      startCheck: false,
      maxEpochs: 2,
    },
    ...{
      recipe: {
        kind: 'ingest' as const,
        sourceId,
        parts: data.parts,
        limits: { maxBytes: 1e6, maxFiles: 9, maxSeconds: 9 },
      },
    },
    needs: { threads: 1, memoryMiB: 64, diskMiB: 64 },
  };
  await send(test_.hub, system, { type: 'job.draft', data: draft });
  await newPerson(test_.hub);
  const window = new LogWindow(test_.hub, { source: 'http://hub.test' });
  const page = await window.after(from);
  const chosen = page.filter((event) =>
    isSelected(event, { group: 'corpus', topics: ['source', 'job.JobQueued'] }),
  );
  expect(chosen.map(({ envelope }) => envelope.type)).toEqual(['SourceProposed', 'JobQueued']);
  expect(chosen.map(({ cloudEvent }) => cloudEvent.group)).toEqual(['corpus', 'corpus']);
  expect(page.at(-1)?.group).toBeNull();
  await window.close();
});
