import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareMixtures } from '../../evaluation/compare-mixtures.ts';
import { saveModel } from '../../io/model-folder.ts';
import { modelOf } from '../../models/families.ts';
import { hashFile } from '../../scale/hash-file.ts';
import { createBatches } from '../../shards/batches.ts';
import { openShards } from '../../shards/open-shards.ts';
import { createTokenizer, decodeTokenizerJson } from '../../tokenizer/index.ts';
import { configFor } from '../../train/settings.ts';
import { avalanche } from '../dedup/shingles.ts';
import { type CorpusDocument, documentId } from '../document.ts';
import { readJsonlGz } from '../jsonl.ts';
import { type BuildResult, buildCorpus } from './build.ts';
import { CorpusManifest } from './manifest.ts';
import { readCorpusRecipe } from './recipe.ts';
import { reportTables } from './report-tables.ts';
import { japanese as words } from './report-words.ts';

const root = mkdtempSync(join(tmpdir(), 'tsudoi-build-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const JAPANESE = [
  ...'あいうえおかきくけこさしすせそたちつてとなにぬねのまみむめもやゆよらりるれろ山川空海町人道花',
];
const ENGLISH =
  'the of and people town sea walk river stone house garden light paper road winter letter'.split(' ');

/** Sentences of elements drawn by hashes, so that no two texts are alike. */
function sentences(
  n: number,
  elements: readonly string[],
  length: number,
  join: string,
  end: string,
): string {
  let at = n * 1000;
  const next = () => elements[avalanche(at++) % elements.length];
  const line = () => Array.from({ length }, next).join(join) + end;
  return Array.from({ length: 8 }, line).join('\n');
}
const japanese = (n: number) => sentences(n, JAPANESE, 30, '', '。');
const english = (n: number) => sentences(n, ENGLISH, 14, ' ', '.');
const question = { set: 'quiz', id: 'q1', language: 'ja', query: '第三の記録には何と書いてありますか。' };
const answer = '答えは、誰も見たことのない青い灯台が湖の真ん中に立っているという一文です。';

function writeSources(folder: string) {
  mkdirSync(folder, { recursive: true });
  const lines = (texts: string[]) => texts.map((text) => `${JSON.stringify({ text })}\n`).join('');
  const a = Array.from({ length: 60 }, (_, n) => japanese(n));
  writeFileSync(join(folder, 'a.jsonl'), lines([...a, a[3], '短い']));
  // One exact copy from the other source, one text with the answer of the test set, one edited slightly.
  const leaked = `${japanese(1000)}\n${question.query}\n${answer}`;
  const near = `${japanese(5)}\n以上。`;
  const b = [...Array.from({ length: 40 }, (_, n) => japanese(500 + n)), a[7], leaked, near];
  writeFileSync(join(folder, 'b.jsonl'), lines(b));
  writeFileSync(join(folder, 'en.jsonl'), lines(Array.from({ length: 50 }, (_, n) => english(n))));
  writeFileSync(join(folder, 'quiz.jsonl'), `${JSON.stringify({ ...question, label: answer })}\n`);
  writeFileSync(join(folder, 'frozen.json'), JSON.stringify({ test: [documentId(a[0])] }));
  return { a, b };
}

const source = (id: string, file: string, language: string, licence: string) => ({
  ...{ id, title: { ja: id, en: id }, licence },
  parts: [{ location: { kind: 'file', path: file }, format: 'jsonl', language }],
});

const recipe = {
  name: 'small',
  title: { ja: '小', en: 'Small' },
  description: { ja: '試験用', en: 'For tests' },
  sources: [
    source('a', 'a.jsonl', 'ja', 'CC-BY-4.0'),
    source('b', 'b.jsonl', 'ja', 'MIT'),
    source('en', 'en.jsonl', 'en', 'CC0-1.0'),
  ],
  filter: { ja: [{ filter: 'length', params: { min: 100 } }], en: ['c4'], code: [] },
  decontaminate: { sets: ['quiz.jsonl'] },
  split: { salt: 'test', validation: 0.15, test: 0.1, pinned: 'frozen.json' },
  tokenizer: {
    train: {
      sampleBytes: 200_000,
      partitions: [
        { language: 'ja', pieces: 90, characterCoverage: 0.99, stripSpaces: 'all' },
        { language: 'en', pieces: 40 },
      ],
    },
  },
  mixtures: [
    { name: 'all' },
    { name: 'even', tokens: 4000, languages: { ja: 1, en: 1 } },
    { name: 'twice', languages: { ja: 1 }, epochs: { a: 2, b: 1 } },
  ],
};

function writeRecipe(folder: string, more: object = {}) {
  const path = join(folder, 'recipe.json');
  writeFileSync(path, JSON.stringify({ ...recipe, ...more }));
  return path;
}

async function build(folder: string, name: string, threads: number, more: object = {}) {
  const lines: string[] = [];
  const result = await buildCorpus({
    recipe: await readCorpusRecipe(writeRecipe(folder, more)),
    ...{ out: join(root, name), threads, memory: { gigabytes: 1 } },
    progress: (line) => lines.push(line),
  });
  return { ...result, lines };
}

async function documentsIn(folder: string, file: string) {
  const found: CorpusDocument[] = [];
  for await (const document of readJsonlGz<CorpusDocument>(join(folder, file))) found.push(document);
  return found;
}

/** A model all of whose weights are 0. */
async function saveConstantModel(folder: string, vocabSize: number) {
  const config = configFor(
    {
      sequenceLength: 32,
      model: {
        ...{ architecture: 'gpt2', hiddenSize: 8, intermediateSize: 16, layers: 1, heads: 1 },
        ...{ layerNormEps: 1e-5, tieWordEmbeddings: true, initializerRange: 0.02 },
      },
    },
    { vocabSize, eosId: 2, padId: 1 },
  );
  mkdirSync(folder, { recursive: true });
  const zeros = modelOf(config).parameters.map(({ name, shape }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return [name, { shape, data: new Float32Array(size) }] as const;
  });
  await saveModel(folder, config, new Map(zeros));
}

describe('a corpus from a recipe', () => {
  const sources = join(root, 'sources');
  let texts: ReturnType<typeof writeSources>;
  let built: BuildResult;
  const out = join(root, 'one');
  beforeAll(async () => {
    texts = writeSources(sources);
    built = await build(sources, 'one', 1);
  }, 60_000);

  it('says for every stage what left and why', () => {
    const stage = (name: string) => built.manifest.stages.find((each) => each.name === name);
    expect(stage('ingest')?.after.documents).toBe(62 + 43 + 50);
    expect(stage('filter')?.reasons.find(({ reason }) => reason === 'length')).toMatchObject({
      ...{ documents: 1, language: 'ja', params: { min: 100 } },
    });
    expect(stage('dedup')?.reasons.map(({ reason, documents }) => [reason, documents])).toEqual([
      ['exact', 2],
      ['near', 1],
    ]);
    expect(stage('dedup')?.figures).toMatchObject({ removedInSource: 1, removedAcross: 2 });
    expect(stage('decontaminate')?.reasons).toMatchObject([{ reason: 'quiz', documents: 1 }]);
    for (const [i, { before, after, reasons }] of built.manifest.stages.entries()) {
      const left = reasons.reduce((sum, { documents }) => sum + documents, 0);
      expect(before.documents - left).toBe(after.documents);
      if (i > 0) expect(before).toEqual(built.manifest.stages[i - 1].after);
    }
  });

  it('counts documents and tokens per language, source, licence and split exactly', async () => {
    const tokenizer = createTokenizer(
      decodeTokenizerJson(readFileSync(join(out, 'tokenizer/tokenizer.json'), 'utf8')),
    );
    const licences: Record<string, string> = { a: 'CC-BY-4.0', b: 'MIT', en: 'CC0-1.0' };
    for (const id of ['a', 'b', 'en']) {
      const documents = await documentsIn(out, `documents/${id}.jsonl.gz`);
      for (const split of ['train', 'validation', 'test'] as const) {
        const own = documents.filter(({ meta }) => meta.split === split);
        const tokens = own.reduce((sum, { text }) => sum + tokenizer.encode(text).length + 1, 0);
        const row = built.manifest.counts.find((each) => each.source === id && each.split === split);
        expect(row).toMatchObject({ documents: own.length, tokens, licence: licences[id] });
      }
    }
    const first = (await documentsIn(out, 'documents/a.jsonl.gz')).find(({ text }) => text === texts.a[0]);
    expect(first?.meta.split).toBe('test');
  });

  it('packs mixtures with the shares and epochs they ask for, each document whole', async () => {
    const mixture = (name: string) => built.manifest.mixtures.find((each) => each.name === name);
    const tokensOf = (name: string, language: string) =>
      mixture(name)
        ?.shares.filter((row) => row.language === language)
        .reduce((sum, row) => sum + row.tokens, 0) ?? 0;
    expect(Math.abs(tokensOf('even', 'ja') - 2000)).toBeLessThan(200);
    expect(Math.abs(tokensOf('even', 'en') - 2000)).toBeLessThan(200);
    expect(mixture('twice')?.shares.map(({ source, epochs }) => [source, epochs])).toEqual([
      ['a', 2],
      ['b', 1],
      ['en', 0],
    ]);
    const training = (await documentsIn(out, 'documents/en.jsonl.gz')).concat(
      await documentsIn(out, 'documents/a.jsonl.gz'),
      await documentsIn(out, 'documents/b.jsonl.gz'),
    );
    const wanted = training.filter(({ meta }) => meta.split === 'train').map(({ text }) => text);
    const tokenizer = createTokenizer(
      decodeTokenizerJson(readFileSync(join(out, 'tokenizer/tokenizer.json'), 'utf8')),
    );
    const shards = openShards(join(out, 'shards/all/train.idx'), join(out, 'shards/all/train.bin'));
    const found = Array.from({ length: shards.documents }, (_, i) =>
      tokenizer.decode(shards.document(i).subarray(0, -1)),
    );
    expect(found.toSorted()).toEqual(wanted.toSorted());
    expect(found).not.toEqual(wanted);
    shards.close();
  });

  it('gives equal batches after a resume at any step, from files opened anew', () => {
    const open = () => openShards(join(out, 'shards/all/train.idx'), join(out, 'shards/all/train.bin'));
    const batches = () => createBatches({ tokens: open(), sequenceLength: 32, batchSize: 4, seed: 5 });
    const whole = batches();
    const steps = Math.ceil((2 * whole.windows) / 4);
    const all = Array.from({ length: steps }, (_, step) => [...whole.batch(step)]);
    for (const from of [0, 3, Math.floor(steps / 2), steps - 1])
      expect([...batches().batch(from)]).toEqual(all[from]);
  });

  it('gives the same bytes for two threads, and names every file with its hash', async () => {
    const other = await build(sources, 'two', 2);
    expect(other.manifest).toEqual(built.manifest);
    const written = CorpusManifest.parse(JSON.parse(readFileSync(join(out, 'corpus.json'), 'utf8')));
    expect(written).toEqual(built.manifest);
    for (const { path, sha256, bytes } of written.files)
      expect(await hashFile(join(root, 'two', path))).toEqual({ sha256, bytes });
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(['corpus.json', 'report.html', 'report.md', 'documents', 'removed', 'shards']),
    );
  }, 60_000);

  it('reports in Japanese and in English', () => {
    const tables = reportTables(built.manifest, built.timings);
    expect(tables.length).toBeGreaterThan(8);
    for (const { title, note, head } of tables) {
      expect(title).toMatch(/\w.* \/ [\p{Script=Han}\p{Script=Katakana}]/u);
      for (const word of head) expect(words[word], word).toMatch(/[\p{Script=Han}\p{Script=Katakana}]/u);
      if (!note) continue;
      expect(note.ja).toMatch(/\p{Script=Hiragana}/u);
      expect(note.en).not.toMatch(/[\p{Script=Han}\p{Script=Hiragana}]/u);
      for (const file of ['report.md', 'report.html'])
        expect(readFileSync(join(out, file), 'utf8')).toContain(note.ja);
    }
  });

  it('compares models of its mixtures on its validation split, each language in bits per byte of its texts', async () => {
    const options = { tokens: 1e6, threads: 1, progress: () => undefined };
    await expect(compareMixtures(out, options)).rejects.toThrow('no mixture');
    const { vocabSize } = built.manifest.tokenizer;
    await saveConstantModel(join(out, 'trainings/even/model'), vocabSize);
    const { scores, untrained, heldOut } = await compareMixtures(out, options);
    rmSync(join(out, 'trainings'), { recursive: true });
    expect(untrained).toEqual(['all', 'twice']);
    expect(heldOut.map(({ language }) => language).sort()).toEqual(['en', 'ja']);
    const texts = (
      await Promise.all(['a', 'b', 'en'].map((name) => documentsIn(out, `documents/${name}.jsonl.gz`)))
    ).flat();
    for (const { language, documents, bytes } of heldOut) {
      const own = texts.filter(({ meta }) => meta.split === 'validation' && meta.language === language);
      expect(documents).toBe(own.length);
      expect(bytes).toBe(own.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
      const rows = built.manifest.counts.filter(
        (row) => row.split === 'validation' && row.language === language,
      );
      const tokens = rows.reduce((sum, row) => sum + row.tokens - row.documents, 0);
      // A model that knows nothing gives every piece the same chance.
      expect(scores[0].bitsPerByte[language]).toBeCloseTo((tokens * Math.log2(vocabSize)) / bytes, 3);
    }
    expect(scores[0].shares).toEqual({ ja: expect.closeTo(50, -1), en: expect.closeTo(50, -1) });
  }, 60_000);

  it('does again only what a changed recipe touches', async () => {
    const before = new Set(readdirSync(join(out, 'work')));
    const again = await build(sources, 'one', 1, { mixtures: [{ name: 'other', seed: 2 }] });
    const made = readdirSync(join(out, 'work')).filter((name) => !before.has(name));
    expect(made.map((name) => name.replace(/-[0-9a-f]{12}$/, ''))).toEqual(['pack']);
    expect(again.manifest.stages).toEqual(built.manifest.stages);
    expect(readdirSync(join(out, 'shards'))).toContain('other');
    expect(readdirSync(join(out, 'shards'))).not.toContain('all');
  });

  it('refuses in one line what cannot be built', async () => {
    const refused = async (more: object) => readCorpusRecipe(writeRecipe(sources, more));
    const [first, ...others] = recipe.sources;
    await expect(refused({ sources: [{ ...first, licence: 'CC-BY-NC-4.0' }] })).rejects.toThrow(
      'sources.a.licence: CC-BY-NC-4.0 does not allow training (non-commercial)',
    );
    await expect(refused({ sources: [first, first, ...others] })).rejects.toThrow('"a" stands there twice');
    await expect(refused({ filter: { ja: ['v3'] } })).rejects.toThrow('there is no preset "v3"');
    await expect(refused({ mixtures: [] })).rejects.toThrow('mixtures');
    writeFileSync(join(sources, 'broken.jsonl'), `${JSON.stringify(question)}\nquestion,answer\n`);
    const withSet = (name: string) => build(sources, 'none', 1, { decontaminate: { sets: [name] } });
    await expect(withSet('broken.jsonl')).rejects.toThrow(/broken\.jsonl:2: not JSON/);
    await expect(withSet('absent.jsonl')).rejects.toThrow(/there is no test set .*absent\.jsonl/);
    expect(readdirSync(join(root, 'none/work'))).toEqual([]); // nothing was fetched before
    writeFileSync(join(root, 'one/work/lock'), `${process.ppid}`);
    await expect(build(sources, 'one', 1)).rejects.toThrow(/is building in this folder/);
    rmSync(join(root, 'one/work/lock'));
  });
});
