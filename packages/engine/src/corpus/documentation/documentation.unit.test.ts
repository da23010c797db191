import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManifestStage } from '../build/manifest.ts';
import { corpusDocument, corpusSource, writeCorpusFolder } from '../testing/corpus-folder.ts';
import { binSizes } from './clusters.ts';
import { CorpusFolderError, documentCorpus } from './document-corpus.ts';
import { svgOf } from './plots.ts';
import { createStatistics } from './statistics.ts';

const root = mkdtempSync(join(tmpdir(), 'tsudoi-documentation-'));
afterAll(() => rmSync(root, { recursive: true }));

const dedup: ManifestStage = {
  name: 'dedup',
  before: { documents: 64, bytes: 9000 },
  after: { documents: 60, bytes: 8000 },
  reasons: [
    {
      reason: 'near',
      language: null,
      documents: 4,
      changed: 0,
      params: { ngram: 5 },
      list: null,
      origin: '',
    },
  ],
  bySource: {},
  figures: {},
};
const documents = Array.from({ length: 60 }, (_, i) =>
  i % 3 === 2
    ? corpusDocument(`Document ${i} says something of its own, 𠮷 included. `.repeat(i + 1), {
        ...{ sourceId: 'b', language: 'en' },
        ...(i === 2 ? { licence: 'MIT' } : {}),
      })
    : corpusDocument(`${i}番目の文書です。今日は雨が降ります。`.repeat(i + 1), {
        sourceId: 'a',
        language: 'ja',
      }),
);
const parts = {
  documents,
  stages: [dedup],
  removed: [{ dedup: { keptId: 'x' } }, { dedup: { keptId: 'x' } }, { dedup: { keptId: 'y' } }],
  sources: [
    corpusSource('a', { licence: 'CC-BY-SA-4.0' }),
    corpusSource('b', { title: { ja: '出典 | "b"', en: 'Source | "b"\n---' } }),
  ],
};

let files: string[];
const read = (path: string, folder = 'one') => readFileSync(join(root, folder, path), 'utf8');
beforeAll(async () => {
  writeCorpusFolder(join(root, 'one'), parts);
  files = (await documentCorpus(join(root, 'one'), { out: join(root, 'one') })).files;
});

describe('documents about a corpus', () => {
  it('the same corpus gives the same bytes, whatever the order of its documents', async () => {
    writeCorpusFolder(join(root, 'two'), parts);
    const count = (some: typeof documents) => {
      const counted = createStatistics(() => 'CC-BY-4.0');
      for (const document of some) counted.add(document);
      return counted.finish();
    };
    expect(count([...documents].reverse())).toEqual(count(documents));
    const again = await documentCorpus(join(root, 'two'), { out: join(root, 'two') });
    expect(again.files).toEqual(files);
    for (const path of files) expect(read(path, 'two'), path).toBe(read(path));
  });

  it('counts documents, code points and bytes by language, source and licence of the document itself', () => {
    const statistics = JSON.parse(read('documentation/statistics.json'));
    const points = documents.reduce((sum, { text }) => sum + [...text].length, 0);
    const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    expect(statistics).toMatchObject({ documents: 60, characters: points, bytes });
    expect(statistics.languages.en.documents).toBe(20);
    expect(statistics.licences).toMatchObject({
      MIT: { documents: 1 },
      'CC-BY-4.0': { documents: 19 },
      'CC-BY-SA-4.0': { documents: 40 },
    });
    expect(statistics.licencesOfSource).toEqual({ b: ['MIT'] });
    expect(statistics.perplexity.ja).toMatchObject({ trained: 20, measured: 20 });
    expect(statistics.clusters).toEqual([
      { size: 2, clusters: 1 },
      { size: 3, clusters: 1 },
    ]);
  });

  it('NOTICE names every source, whom to credit, and licences found inside; their texts lie in LICENSES', () => {
    const text = read('NOTICE');
    for (const id of ['a', 'b']) expect(text).toContain(`Authors of ${id}`);
    expect(text).toContain('Licences found in its documents: MIT');
    expect(files).toEqual(expect.arrayContaining(['LICENSES/CC-BY-SA-4.0.txt', 'LICENSES/MIT.txt']));
    expect(read('LICENSES/MIT.txt')).toContain('Permission is hereby granted');
  });

  it('SPDX rolls the licences of all sources up and says which source brings which', () => {
    const { packages, relationships } = JSON.parse(read('licences.spdx.json'));
    expect(packages[0].licenseDeclared).toBe('CC-BY-4.0 AND CC-BY-SA-4.0');
    expect(packages[2]).toMatchObject({
      licenseDeclared: 'CC-BY-4.0',
      licenseConcluded: 'CC-BY-4.0 AND MIT',
    });
    expect(relationships).toHaveLength(3);
  });

  it('Croissant pins each file by hash and points at the text of each line', () => {
    const { distribution, recordSet } = JSON.parse(read('croissant.json'));
    expect(distribution.map((file: { '@id': string }) => file['@id'])).toContain('documents/a.jsonl.gz');
    for (const file of distribution) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(recordSet[0].field[0].source.extract).toEqual({ column: 'text' });
  });

  it('the cards say the same in both languages, and a title cannot break their header or their tables', () => {
    const [en, ja] = [read('README.md'), read('README.ja.md')];
    expect(en.split('\n---\n')[0]).toContain('license_link: NOTICE');
    expect(en).toContain('| Deduplication | 64 | 60 | 4 |');
    expect(ja).toContain('| 重複除去 | 64 | 60 | 4 |');
    expect(en).toContain('Source \\| "b" ---');
    expect(en.match(/\|/g)?.length).toBe(ja.match(/\|/g)?.length);
  });

  it('a plot escapes its labels and tells each value as text', () => {
    const svg = svgOf({ name: 'removed', title: 'a < b', bars: [{ label: '"&"', value: 12345 }] });
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('&quot;&amp;&quot;');
    expect(svg).toContain('>12,345</text>');
  });

  it('bins of cluster sizes lose no cluster', () => {
    const sizes = [2, 3, 7, 11, 50, 51, 5000].map((size) => ({ size, clusters: size }));
    const sum = (all: number[]) => all.reduce((a, b) => a + b, 0);
    expect(sum(binSizes(sizes).map(({ count }) => count))).toBe(sum(sizes.map(({ clusters }) => clusters)));
  });

  it('a folder without corpus.json is refused with what to do', async () => {
    await expect(documentCorpus(root, { out: root })).rejects.toThrow(CorpusFolderError);
  });
});
