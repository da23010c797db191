import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CorpusDocument } from '../document.ts';
import { writeJsonlGz } from '../jsonl.ts';
import { corpusDocument } from '../testing/corpus-folder.ts';
import { buildIndex, hashFile } from './build-index.ts';
import { openIndex, type SearchIndex } from './open-index.ts';
import { readList } from './postings.ts';
import { scanDocuments } from './scan.ts';
import { sortSuffixes } from './suffix-array.ts';
import { forEachTerm } from './terms.ts';
import { traceText } from './trace.ts';

const root = mkdtempSync(join(tmpdir(), 'tsudoi-search-'));
afterAll(() => rmSync(root, { recursive: true }));
let files = 0;

async function write(documents: readonly CorpusDocument[]) {
  const path = join(root, `${files++}.jsonl.gz`);
  const writer = writeJsonlGz(path);
  for (const document of documents) await writer.write(document);
  await writer.close();
  return [{ path, sha256: await hashFile(path) }];
}

const licenceOf = (sourceId: string) => (sourceId === 's' ? 'CC-BY-4.0' : 'MIT');

async function indexOf(texts: readonly string[], segmentUnits = 1 << 20): Promise<SearchIndex> {
  const folder = join(root, `index-${files}`);
  const inputs = await write(texts.map((text) => corpusDocument(text, { sourceId: 's', language: 'ja' })));
  await buildIndex(folder, inputs, { segmentUnits, licenceOf });
  return openIndex(folder);
}

const naive = (text: string, query: string) => {
  let count = 0;
  for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + 1)) count += 1;
  return count;
};

describe('suffix array', () => {
  it('orders suffixes as a plain sort does', () => {
    const texts = fc.oneof(
      fc.array(fc.nat(2), { maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 60 }),
    );
    fc.assert(
      fc.property(texts, (units) => {
        const suffix = (i: number) => String.fromCharCode(...units.slice(i));
        const plain = units.map((_, i) => i).sort((a, b) => (suffix(a) < suffix(b) ? -1 : 1));
        expect([...sortSuffixes(Uint16Array.from(units), 65_535)]).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });
});

describe('exact search', () => {
  it('finds every occurrence in every document, over segments of any size, as indexOf does', async () => {
    const documents = fc.array(fc.string({ unit: fc.constantFrom('あ', 'い', 'a', '𠮷'), maxLength: 700 }), {
      minLength: 1,
      maxLength: 6,
    });
    const query = fc.string({ unit: fc.constantFrom('あ', 'い', 'a', '𠮷'), minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(documents, query, fc.integer({ min: 1, max: 1500 }), async (texts, wanted, units) => {
        const index = await indexOf(texts, units);
        const { occurrences, documents: found } = index.exact(wanted);
        index.close();
        expect(occurrences).toBe(texts.reduce((sum, text) => sum + naive(text, wanted), 0));
        expect(found).toBe(texts.filter((text) => text.includes(wanted)).length);
      }),
      { numRuns: 25 },
    );
  });

  it('tells where in the document, with the words around it and the licence', async () => {
    const index = await indexOf(['前の文書', '昨日は雨。今日は晴れ。']);
    expect(index.exact('今日は').hits).toMatchObject([
      {
        offset: 5,
        licence: 'CC-BY-4.0',
        excerpt: { before: '昨日は雨。', match: '今日は', after: '晴れ。' },
      },
    ]);
    expect(index.exact('文書昨日').occurrences).toBe(0);
    expect(index.exact('').occurrences).toBe(0);
    index.close();
  });
});

describe('ranked search', () => {
  const texts = ['雨の日の東京', '東京の東京タワー', '大阪の雨', 'Running in the rain of Tokyo', ''];

  it('counts Japanese in pairs and all else in words, in NFKC and lower case', () => {
    const terms: number[] = [];
    forEachTerm('ＴＯＫＹＯ東京都 tokyo', (term) => terms.push(term));
    expect(terms).toHaveLength(4);
    expect(terms[0]).toBe(terms[3]);
  });

  it('gives the same ranks and scores as a scan of all documents, however it is cut into segments', async () => {
    const documents = texts.map((text) => corpusDocument(text, { sourceId: 's', language: 'ja' }));
    async function* all() {
      yield* documents;
    }
    for (const units of [1, 12, 1000]) {
      const index = await indexOf(texts, units);
      for (const query of ['東京', '雨 東京', 'rain', 'タワー tokyo', '見当たらない']) {
        const options = { exact: false, limit: 3, licenceOf };
        expect(index.ranked(query, 3)).toEqual((await scanDocuments(all(), query, options)).ranked);
        const scanned = await scanDocuments(all(), query, { ...options, exact: true });
        expect(index.exact(query, 3)).toEqual(scanned.exact);
      }
      expect(index.ranked('東京')[0]?.excerpt.after).toBe(texts[1]);
      index.close();
    }
  });
});

describe('trace', () => {
  it('lists the longest spans that stand verbatim in the corpus, and no others', async () => {
    const index = await indexOf(
      ['吾輩は猫である。名前はまだ無い。', '国境の長いトンネルを抜けると雪国であった。'],
      10,
    );
    const text = '彼は言った、吾輩は猫である。そして長いトンネルを抜けると海だった。';
    const trace = traceText(index, text, { minimum: 5 });
    expect(trace.spans.map((span) => span.text)).toEqual(['長いトンネルを抜けると', '吾輩は猫である。']);
    expect(trace.spans[0]?.hits[0]).toMatchObject({ licence: 'CC-BY-4.0', offset: 3 });
    expect(trace.covered).toBe(19);
    index.close();
  });

  it('a text of the corpus is covered whole by one span', async () => {
    const index = await indexOf(['あいうえおかきくけこ', 'さしすせそたちつてと']);
    expect(traceText(index, 'あいうえおかきくけこ', { minimum: 3 })).toMatchObject({
      covered: 10,
      spans: [{ from: 0, to: 10, occurrences: 1 }],
    });
    index.close();
  });
});

describe('building the index', () => {
  const documents = Array.from({ length: 40 }, (_, i) =>
    corpusDocument(`${i}番目の文書です。`.repeat(5), { sourceId: 's', language: 'ja' }),
  );
  const bytesOf = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length), readFileSync(path).toString('hex')]);

  it('stopped at any segment, it goes on there and ends with the same bytes', async () => {
    const inputs = await write(documents);
    const whole = join(root, 'whole');
    await buildIndex(whole, inputs, { segmentUnits: 500, licenceOf });
    const stopped = join(root, 'stopped');
    const abort = new AbortController();
    const progress = () => abort.abort();
    await expect(
      buildIndex(stopped, inputs, { segmentUnits: 500, licenceOf, progress, signal: abort.signal }),
    ).rejects.toThrow();
    expect(readdirSync(stopped)).toEqual(['segment-00000']);
    const lines: string[] = [];
    await buildIndex(stopped, inputs, { segmentUnits: 500, licenceOf, progress: (line) => lines.push(line) });
    expect(lines[0]).toContain('are there already');
    expect(bytesOf(stopped)).toEqual(bytesOf(whole));
  });

  it('segments of other inputs are not used', async () => {
    const folder = join(root, 'other');
    await buildIndex(folder, await write(documents), { segmentUnits: 500, licenceOf });
    await buildIndex(folder, await write(documents.slice(0, 3)), { segmentUnits: 500, licenceOf });
    const index = openIndex(folder);
    expect(index.summary.documents).toBe(3);
    expect(index.exact('39番目').occurrences).toBe(0);
    index.close();
  });

  it('the last document may have an address of any length', async () => {
    const url = `https://example.org/${'a'.repeat(70_000)}`;
    const inputs = await write([corpusDocument('unique words', { sourceId: 's', language: 'en', url })]);
    const folder = join(root, 'address');
    await buildIndex(folder, inputs, { licenceOf });
    const index = openIndex(folder);
    expect(index.exact('unique').hits[0]).toMatchObject({ url });
    index.close();
  });

  it('lists of documents survive distances and frequencies of more than one byte', () => {
    const seen: number[][] = [];
    readList(Uint8Array.of(0x80, 0x01, 1, 5, 0xac, 0x02), (...pair) => seen.push(pair));
    expect(seen).toEqual([
      [128, 1],
      [133, 300],
    ]);
  });
});
