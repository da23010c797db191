import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { DocumentFormat, FilterRule, Language, SourcePart } from '@tsudoi/schema';
import { describe, expect, it } from 'vitest';
import { filterPresets } from '../corpus/filters/presets.ts';
import { tarOf } from '../corpus/testing/tar.ts';
import { createBatches } from '../shards/batches.ts';
import { openShards } from '../shards/open-shards.ts';
import {
  createTokenizer,
  decodeTokenizerJson,
  encodeTokenizerJson,
  trainUnigram,
} from '../tokenizer/index.ts';
import { dedup } from './dedup.ts';
import { filter } from './filter.ts';
import { ingest } from './ingest.ts';
import { shards } from './shards.ts';
import type { InputArtifact, StageContext, StageOutput } from './stage.ts';
import { corpusArtifact, sampleDocuments, testContext } from './testing/context.ts';

const sourceId = '00000000-0000-4000-8000-000000000001';
const runId = '00000000-0000-4000-8000-000000000002';
const limits = { maxBytes: 1_000_000, maxFiles: 1000, maxSeconds: 30 };

function uploaded(
  fileName: string,
  bytes: Buffer,
  format: DocumentFormat = 'text',
  language: Language = 'ja',
) {
  const localPath = join(mkdtempSync(join(tmpdir(), 'tsudoi-upload-')), 'file');
  writeFileSync(localPath, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const part: SourcePart = {
    location: { kind: 'upload', sha256, size: bytes.length, fileName },
    include: ['**'],
    format,
    language,
  };
  return { part, uploads: { [sha256]: localPath } };
}

function asInput(output: StageOutput, artifactId = 'art_1'): InputArtifact {
  const files = Object.fromEntries(output.files.map(({ path, localPath }) => [path, localPath]));
  return { artifactId, kind: output.kind, stats: output.stats, sourceIds: [sourceId], files };
}

const lines = <T>(input: InputArtifact, name: string): T[] =>
  gunzipSync(readFileSync(input.files[name]))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const hashes = (outputs: StageOutput[]) =>
  outputs.flatMap(({ files }) =>
    files.map(({ path, localPath }) => [
      path,
      createHash('sha256').update(readFileSync(localPath)).digest('hex'),
    ]),
  );

async function ingestUpload({ part, uploads }: ReturnType<typeof uploaded>) {
  const { context } = testContext([], { uploads });
  return ingest({ kind: 'ingest', sourceId, parts: [part], limits }, context);
}

describe('ingest', () => {
  it('gives one document per file with where it came from', async () => {
    const tar = tarOf([
      { path: 'ja/b.md', content: '---\nx: 1\n---\n本文' },
      { path: 'ja/empty.md', content: ' \n' },
    ]);
    const [output] = await ingestUpload(uploaded('docs.tar', tar, 'markdown'));
    expect(lines(asInput(output), 'documents.jsonl.gz')).toEqual([
      {
        text: '本文',
        meta: {
          id: createHash('sha256').update('本文').digest('hex').slice(0, 16),
          sourceId,
          path: 'ja/b.md',
          language: 'ja',
          format: 'markdown',
          package: 'docs.tar',
          version: createHash('sha256').update(tar).digest('hex').slice(0, 12),
        },
      },
    ]);
    expect(output.stats).toMatchObject({
      documents: 1,
      bytes: 6,
      'language.ja.bytes': 6,
      'part1.files': 2,
      'part1.emptyFiles': 1,
    });
  });

  it('refuses text that is not UTF-8 with the offset, and a corpus in which nothing is left', async () => {
    const broken = Buffer.concat([Buffer.from('abc'), Buffer.from([0xff, 0xfe, 0xff])]);
    await expect(ingestUpload(uploaded('a.txt', broken))).rejects.toMatchObject({
      code: 'source.not-utf8',
      params: { file: 'a.txt', offset: 3 },
    });
    await expect(ingestUpload(uploaded('a.txt', Buffer.from(' \n')))).rejects.toMatchObject({
      code: 'corpus.empty',
      params: { stage: 'ingest' },
    });
  });

  it('converts Shift_JIS and says so in the document and in the counts', async () => {
    const [output] = await ingestUpload(uploaded('a.txt', Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x82, 0xcc])));
    expect(lines(asInput(output), 'documents.jsonl.gz')).toMatchObject([
      { text: '日本の', meta: { encoding: 'shift_jis' } },
    ]);
    expect(output.stats).toMatchObject({ 'part1.converted.shift_jis': 1 });
  });

  it('refuses a bomb, and a cut file with the record and the byte at which it ends', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 'a'));
    await expect(ingestUpload(uploaded('a.txt.gz', bomb))).rejects.toMatchObject({
      code: 'source.oversized',
    });
    const whole = gzipSync('{"text":"a"}\n'.repeat(50_000));
    const cut = ingestUpload(uploaded('a.jsonl.gz', whole.subarray(0, whole.length - 20), 'jsonl'));
    await expect(cut).rejects.toMatchObject({
      code: 'source.unreadable',
      params: { problem: expect.stringMatching(/^a\.jsonl\.gz, record \d+, byte \d+: ends in the middle/) },
    });
  });

  it('refuses what cannot be fetched', async () => {
    const { context } = testContext([]);
    const part: SourcePart = {
      location: { kind: 'url', url: 'https://127.0.0.1/x.txt' },
      include: ['**'],
      format: 'text',
      language: 'ja',
    };
    await expect(ingest({ kind: 'ingest', sourceId, parts: [part], limits }, context)).rejects.toMatchObject({
      code: 'source.unreachable',
    });
  });
});

const documents = sampleDocuments(120);
async function jsonlArtifact() {
  const jsonl = [...documents.map(({ text }) => text), 'short', documents[3].text, `${documents[5].text}終`];
  const [output] = await ingestUpload(
    uploaded('a.jsonl', Buffer.from(jsonl.map((text) => JSON.stringify({ text })).join('\n')), 'jsonl'),
  );
  return asInput(output);
}
const length = [
  { filter: 'length', params: { min: 100 } },
  { filter: 'ja-kana-share', params: { min: 0.2 } },
];

async function chain(change: (context: StageContext) => StageContext = (context) => context) {
  const run = (inputs: InputArtifact[]) => change(testContext(inputs).context);
  const filtered = await filter(
    { kind: 'filter', sourceId, preset: 'custom', rules: length },
    run([await jsonlArtifact()]),
  );
  const deduped = await dedup(
    { kind: 'dedup', runId, ngram: 5, buckets: 20, rows: 10, seed: 1 },
    run([asInput(filtered[0])]),
  );
  const { tokenizer, tokenizerInput } = trained;
  const packed = await shards(
    { kind: 'shards', runId, sequenceLength: 32, heldOutShare: 0.1, seed: 1 },
    run([asInput(deduped[0]), tokenizerInput]),
  );
  return { filtered, deduped, packed, tokenizer };
}

const trained = (() => {
  const model = trainUnigram(
    documents.slice(0, 40).map(({ text }) => text),
    { vocabSize: 340 },
  );
  const path = join(mkdtempSync(join(tmpdir(), 'tsudoi-tokenizer-')), 'tokenizer.json');
  writeFileSync(path, encodeTokenizerJson(model));
  const tokenizerInput: InputArtifact = {
    artifactId: 'art_t',
    kind: 'tokenizer',
    stats: {},
    sourceIds: [],
    files: { 'tokenizer.json': path },
  };
  return { tokenizer: createTokenizer(decodeTokenizerJson(readFileSync(path, 'utf8'))), tokenizerInput };
})();

describe('filter', () => {
  it('keeps a trace: the first filter failed with its value, counts and examples', async () => {
    const [output] = (await chain()).filtered;
    const input = asInput(output);
    expect(lines(input, 'dropped.jsonl.gz')).toMatchObject([
      { path: 'a.jsonl:121', filter: 'length', value: 5, threshold: 100, excerpt: 'short' },
    ]);
    expect(JSON.parse(readFileSync(input.files['trace.json'], 'utf8'))).toMatchObject({
      total: 123,
      kept: 122,
      byFilter: [
        { filter: 'length', params: { min: 100 }, dropped: 1, examples: [{ value: 5 }] },
        { filter: 'ja-kana-share', dropped: 0 },
      ],
    });
    expect(output.stats).toMatchObject({
      total: 123,
      kept: 122,
      dropped: 1,
      documents: 122,
      'dropped.length': 1,
    });
  });

  it('refuses an unknown filter and an empty result', async () => {
    const { context } = testContext([await jsonlArtifact()]);
    const run = (rules: FilterRule[]) =>
      filter({ kind: 'filter', sourceId, preset: 'custom', rules }, context);
    await expect(run([{ filter: 'magic', params: { min: 1 } }])).rejects.toMatchObject({
      code: 'recipe.unknown-filter',
    });
    await expect(
      run(filterPresets.code.concat({ filter: 'length', params: { min: 1e9 } })),
    ).rejects.toMatchObject({
      code: 'corpus.empty',
      params: { stage: 'filter' },
    });
  });
});

describe('dedup and shards', () => {
  it('remove exact and near duplicates and say in favour of which document', async () => {
    const [output] = (await chain()).deduped;
    const removed = lines<{ path: string; keptPath: string; reason: string }>(
      asInput(output),
      'removed.jsonl.gz',
    );
    expect(removed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          path: 'a.jsonl:122',
          keptPath: 'a.jsonl:4',
          reason: 'exact',
          jaccardEstimate: 1,
        }),
        expect.objectContaining({ path: 'a.jsonl:6', keptPath: 'a.jsonl:123', reason: 'near' }),
      ]),
    );
    expect(output.stats).toMatchObject({ total: 122, removedExact: 1 });
    expect(Number(output.stats.kept) + removed.length).toBe(122);
  });

  it('hold every token of every document once, on the side of the split the document belongs to', async () => {
    const { deduped, packed, tokenizer } = await chain();
    const { files } = asInput(packed[0]);
    const train = openShards(files['train.idx'], files['train.bin']);
    const heldOut = openShards(files['heldout.idx'], files['heldout.bin']);
    const texts = (each: typeof train) =>
      Array.from({ length: each.documents }, (_, i) => tokenizer.decode([...each.document(i)].slice(0, -1)));
    const kept = lines<{ text: string }>(asInput(deduped[0]), 'documents.jsonl.gz').map(({ text }) => text);
    expect([...texts(train), ...texts(heldOut)].sort()).toEqual(kept.sort());
    expect(lines<{ text: string }>(asInput(packed[0]), 'heldout.jsonl.gz').map(({ text }) => text)).toEqual(
      texts(heldOut),
    );
    expect(train.document(0).at(-1)).toBe(tokenizer.eosId);
    expect(packed[0].stats).toMatchObject({
      tokens: train.length,
      heldOutTokens: heldOut.length,
      tokenType: 'uint16',
    });
    const batches = createBatches({ tokens: train, sequenceLength: 32, batchSize: 4, seed: 1 });
    expect(batches.batch(3)).toHaveLength(4 * 33);
    train.close();
    heldOut.close();
  });

  it('give the same bytes on a second run, and whatever the order and the ids of the inputs', async () => {
    const [first, second] = [await chain(), await chain()];
    for (const stage of ['filtered', 'deduped', 'packed'] as const)
      expect(hashes(second[stage])).toEqual(hashes(first[stage]));
    const named = (output: StageOutput, artifactId: string, from: string): InputArtifact => ({
      ...asInput(output, artifactId),
      kind: 'filtered-documents',
      sourceIds: [from],
    });
    // Artifact ids hold the code's commit, so the same sources have other ids on another hub.
    const inputs = [named(first.filtered[0], 'art_a', 'one'), named(first.deduped[0], 'art_b', 'two')];
    const elsewhere = [named(first.filtered[0], 'art_b', 'one'), named(first.deduped[0], 'art_a', 'two')];
    const merge = (some: InputArtifact[]) =>
      dedup({ kind: 'dedup', runId, ngram: 5, buckets: 20, rows: 10, seed: 1 }, testContext(some).context);
    const expected = hashes(await merge(inputs));
    expect(hashes(await merge(inputs.toReversed()))).toEqual(expected);
    expect(hashes(await merge(elsewhere))).toEqual(expected);
  });

  it('stop when the job is aborted', async () => {
    const controller = new AbortController();
    controller.abort(new Error('lease lost'));
    await expect(chain((context) => ({ ...context, signal: controller.signal }))).rejects.toThrow(
      'lease lost',
    );
  });

  it('refuse a corpus too small to hold anything out', async () => {
    const { context } = testContext([await corpusArtifact(documents.slice(0, 1)), trained.tokenizerInput]);
    await expect(
      shards({ kind: 'shards', runId, sequenceLength: 32, heldOutShare: 0.01, seed: 1 }, context),
    ).rejects.toMatchObject({ code: 'corpus.empty', params: { stage: 'shards (heldout)' } });
  });
});
