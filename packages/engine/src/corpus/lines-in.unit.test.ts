import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesIn } from './lines-in.ts';

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

const cut = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

test('lines are the same wherever the chunks were cut, and only whole ones of a file that is not read to its end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('a', '字', '🦊', '\r', ' ') }), { minLength: 1 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(40),
      async (lines, size, most) => {
        const bytes = Buffer.from(lines.join('\n'));
        const expected = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
        expect(await all(linesIn(cut(bytes, size)))).toEqual(expected);
        const some = await all(linesIn(cut(bytes, size), most));
        expect(some).toEqual(expected.slice(0, some.length));
      },
    ),
  );
});

test('a line that is no UTF-8 is null and the others are read', async () => {
  const bytes = Buffer.concat([Buffer.from('一\n'), Buffer.from([0x82, 0xa0, 0x0a]), Buffer.from('三\n')]);
  expect(await all(linesIn([bytes]))).toEqual(['一', null, '三']);
});
