import fc from 'fast-check';
import { expect, test } from 'vitest';
import { natsByDocument, windowsOf } from './windows.ts';

const EOS = 0;
const documents = fc.array(fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 60 }), { maxLength: 5 });

test('every token of every document is predicted once, after the token before it, and no separator is', () => {
  fc.assert(
    fc.property(documents, fc.integer({ min: 2, max: 16 }), (made, length) => {
      const ids = made.map((one) => Int32Array.from(one));
      const seen = ids.map(() => [] as number[]);
      for (const { document, tokens, from, to } of windowsOf(ids, length, EOS)) {
        for (let i = from; i < to; i++) {
          const place = seen[document].length;
          expect(tokens[i]).toBe(place === 0 ? EOS : ids[document][place - 1]);
          seen[document].push(tokens[i + 1]);
        }
      }
      expect(seen).toEqual(made);
    }),
  );
});

test('beyond the first window every token has at least half a window of context', () => {
  const [first, ...others] = windowsOf([Int32Array.from({ length: 100 }, (_, i) => i + 1)], 16, EOS);
  expect(first).toMatchObject({ from: 0, to: 16 });
  for (const { from } of others) expect(from).toBeGreaterThanOrEqual(8);
});

test('nats are summed by document over the predictions that count', async () => {
  const ids = [Int32Array.from([5, 6, 7]), Int32Array.from([9])];
  const windows = [...windowsOf(ids, 4, EOS)];
  const nats = await natsByDocument(windows, {
    batchSize: 3,
    sequenceLength: 4,
    losses: (tokens) => {
      // The "loss" of a prediction is the token it predicts.
      const rows = Array.from({ length: 3 }, (_, row) => tokens.subarray(row * 5 + 1, row * 5 + 5));
      return Float32Array.from(rows.flatMap((row) => [...row]));
    },
    beforeBatch: async () => {},
  });
  expect([...nats]).toEqual([
    [0, 18],
    [1, 9],
  ]);
});
