import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Gather, type Turn } from './gather.ts';

interface Batch {
  items: number[];
  turn: Turn<number[]>;
  end(): void;
}

/** A queue whose batches stand still until the test moves them on. */
function queue(largest = 100) {
  const batches: Batch[] = [];
  const gather = new Gather<number, string, number[]>((items, turn) => {
    const done = Promise.withResolvers<void>();
    batches.push({ items, turn, end: done.resolve });
    return done.promise.then(() => items.map((item) => ({ answer: `did ${item}` })));
  }, largest);
  return { gather, batches };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const notesInFront = ({ turn }: Batch) => turn.front.map(({ note }) => note);
const turnOfTheLoop = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('what arrives together is one batch, and each item gets its own answer', async () => {
  const { gather, batches } = queue();
  const answers = [1, 2, 3].map((item) => gather.submit(item));
  await turnOfTheLoop();
  expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
  batches[0].end();
  expect(await Promise.all(answers)).toEqual(['did 1', 'did 2', 'did 3']);
});

test('the next batch is prepared while one is written, and starts to write; the third waits until one is over', async () => {
  const { gather, batches } = queue();
  void gather.submit(1);
  await turnOfTheLoop();
  void gather.submit(2);
  await turnOfTheLoop();
  expect(batches).toHaveLength(1); // still being prepared
  batches[0].turn.write([1]);
  await turnOfTheLoop();
  expect(batches).toHaveLength(2);
  expect(notesInFront(batches[1])).toEqual([[1]]);

  batches[1].turn.write([2]);
  void gather.submit(3);
  await turnOfTheLoop();
  expect(batches).toHaveLength(2);
  batches[0].turn.over();
  await turnOfTheLoop();
  expect(notesInFront(batches[2])).toEqual([[2]]);
});

test('a batch that is over before the one in front of it lets the next one in, which still sees that one', async () => {
  const { gather, batches } = queue();
  for (const item of [1, 2]) {
    void gather.submit(item);
    await turnOfTheLoop();
    batches[item - 1].turn.write([item]);
  }
  void gather.submit(3);
  batches[1].turn.over();
  await turnOfTheLoop();
  expect(notesInFront(batches[2])).toEqual([[1]]);
});

test('a batch that writes nothing holds nobody up, and is in nobody’s front', async () => {
  const { gather, batches } = queue();
  const first = gather.submit(1);
  await turnOfTheLoop();
  const second = gather.submit(2);
  batches[0].end();
  await first;
  await turnOfTheLoop();
  expect(batches[1].turn.front).toEqual([]);
  batches[1].turn.write([2]);
  batches[1].end();
  expect(await second).toBe('did 2');
});

test('a batch that was given up and only then comes to write holds nobody up', async () => {
  const { gather, batches } = queue();
  const first = gather.submit(1);
  await turnOfTheLoop();
  batches[0].turn.over();
  batches[0].turn.write([1]);
  batches[0].end();
  await first;
  void gather.submit(2);
  await turnOfTheLoop();
  expect(notesInFront(batches[1])).toEqual([]);
});

test('a crowd is halved, so that one half is prepared while the other is written; a few stay together', async () => {
  const { gather, batches } = queue();
  for (const item of range(0, 80)) void gather.submit(item);
  await turnOfTheLoop();
  expect(batches[0].items).toHaveLength(40);
  batches[0].turn.write([]);
  await turnOfTheLoop();
  expect(batches[1].items).toEqual(range(40, 80));

  const few = queue();
  for (const item of range(0, 32)) void few.gather.submit(item);
  await turnOfTheLoop();
  expect(few.batches[0].items).toEqual(range(0, 32));
});

test('a batch that fails as a whole fails its items alone', async () => {
  let failing = true;
  const gather = new Gather<number, number, null>(async (items) => {
    if (failing) throw new Error('the server is gone');
    return items.map((answer) => ({ answer }));
  }, 10);
  await expect(gather.submit(1)).rejects.toThrow('the server is gone');
  failing = false;
  expect(await gather.submit(2)).toBe(2);
});

test('however long things take: all are answered once, start to be written in order, and no third batch meanwhile', async () => {
  const step = fc.record({ items: fc.integer({ min: 1, max: 30 }), ticks: fc.nat(4), writes: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      let [atWork, most, n] = [0, 0, 0];
      const written: number[] = [];
      const gather = new Gather<number, number, null>(async (items, turn) => {
        const { ticks, writes } = steps[n++ % steps.length];
        for (let i = 0; i < ticks; i++) await turnOfTheLoop();
        if (writes) {
          turn.write(null);
          most = Math.max(most, ++atWork);
          written.push(...items);
          for (let i = 0; i < ticks; i++) await turnOfTheLoop();
          atWork--;
        }
        turn.over();
        return items.map((answer) => ({ answer }));
      }, 20);
      let next = 0;
      const answers: Promise<number>[] = [];
      for (const { items, ticks } of steps) {
        for (let i = 0; i < items; i++) answers.push(gather.submit(next++));
        for (let i = 0; i < ticks; i++) await turnOfTheLoop();
      }
      expect(await Promise.all(answers)).toEqual(range(0, next));
      expect(most).toBeLessThanOrEqual(2);
      expect(written).toEqual([...written].sort((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});
