import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { createColumnWriter, type DocumentRow, idText, readColumns } from './document-columns.ts';

const dir = mkdtempSync(join(tmpdir(), 'tsudoi-columns-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'documents.col');

const rows = fc.array(
  fc.record<DocumentRow>({
    id: fc.stringMatching(/^[0-9a-f]{16}$/),
    split: fc.constantFrom('train', 'validation', 'test'),
    language: fc.constantFrom('ja', 'en', 'code'),
    source: fc.constantFrom('w', '日本語の山'),
    licence: fc.constantFrom('MIT', 'CC-BY-4.0'),
    characters: fc.nat(1000),
    bytes: fc.nat(3000),
    tokens: fc.nat(2 ** 31 - 1),
  }),
  { maxLength: 40 },
);

it('a table of documents gives every row back and sums its groups', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const writer = createColumnWriter();
      for (const row of all) writer.add(row);
      writer.close(path);
      const { groups, ids, tokens, group } = readColumns(path);
      const read = [...ids].map((id, i) => {
        const { language, source, licence, split } = groups[group[i]];
        return { id: idText(id), tokens: tokens[i], language, source, licence, split };
      });
      expect(read).toEqual(all.map(({ characters: _, bytes: __, ...row }) => row));
      for (const name of ['characters', 'bytes', 'tokens'] as const)
        expect(groups.reduce((sum, each) => sum + each[name], 0)).toBe(
          all.reduce((sum, row) => sum + row[name], 0),
        );
      expect(groups.reduce((sum, { documents }) => sum + documents, 0)).toBe(all.length);
    }),
    { numRuns: 50 },
  );
});

it('a table of documents that is cut short, and an id that is no hash, are refused', () => {
  const row = {
    split: 'train',
    language: 'ja',
    source: 'a',
    licence: 'MIT',
    characters: 1,
    bytes: 1,
    tokens: 1,
  } as const;
  const writer = createColumnWriter();
  writer.add({ ...row, id: '00000000000000ff' });
  expect(() => writer.add({ ...row, id: 'ff' })).toThrow(/"ff" is not 16 hex digits/);
  writer.close(path);
  truncateSync(path, 20);
  expect(() => readColumns(path)).toThrow(/cut short/);
});
