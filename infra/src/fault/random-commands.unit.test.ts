import { expect, test } from 'vitest';
import { randomCommands } from './random-commands.ts';

const first = (seed: number, writer: number, count: number) => [...randomCommands(seed, writer).take(count)];

test('a seed gives the same commands again, and each writer and seed others', () => {
  expect(first(1, 0, 50)).toEqual(first(1, 0, 50));
  expect(first(1, 0, 50)).not.toEqual(first(1, 1, 50));
  expect(first(1, 0, 50)).not.toEqual(first(2, 0, 50));
});

test('no two commands share an id, whichever writer sends them', () => {
  const ids = [0, 1, 2].flatMap((writer) => first(1, writer, 200).map(({ commandId }) => commandId));
  expect(new Set(ids).size).toBe(ids.length);
});
