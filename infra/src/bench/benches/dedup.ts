import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDeduplicator, createShingler, createSketcher, documentId } from '@tsudoi/engine/corpus';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { plantedRecall } from '../dedup/planted.ts';
import { pythonPeer } from '../peers/python.ts';
import { textLines } from '../tokenizer/texts.ts';

const settings = { ngram: 5, buckets: 20, rows: 10, seed: 1 };
const LINES_PER_DOCUMENT = 40;
const REQUIREMENTS = [
  'datatrove==0.6.0',
  'spacy[ja]==3.8.7',
  'sudachipy==0.6.10',
  'xxhash==3.5.0',
  'pandas==2.3.3',
];

export const bench: Bench = {
  about:
    'deduplication: MB/s per core, recall and precision against the S-curve, 1 M documents in bounded memory',
  async *cases(options) {
    const texts = await japaneseDocuments(options);
    yield await signing(texts, options);
    yield wholeInOneProcess(texts);
    for (const similarity of [0.7, 0.8, 0.9]) yield recall(similarity, options);
    yield precision(options);
    yield* million(options);
  },
};

/** Real Japanese manuals cut into documents; every tenth stands there twice. */
async function japaneseDocuments({ quick, progress }: BenchOptions): Promise<string[]> {
  const lines = await textLines('ja', progress, (quick ? 2 : 8) * 2 ** 20);
  const texts: string[] = [];
  for (let i = 0; i < lines.length; i += LINES_PER_DOCUMENT) {
    texts.push(lines.slice(i, i + LINES_PER_DOCUMENT).join('\n'));
    if (texts.length % 11 === 10) texts.push(texts.at(-1) as string);
  }
  return texts;
}

const megabytes = (texts: readonly string[]) =>
  texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

function cpuSeconds(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const used = process.cpuUsage(began);
  return (used.user + used.system) / 1e6;
}

/** Stage 1 of datatrove: the signatures alone. It gets a slice of the documents that it can sign in some seconds. */
async function signing(all: readonly string[], { quick, scratch }: BenchOptions): Promise<BenchCase> {
  const texts = all.slice(0, quick ? 60 : 300);
  const path = join(scratch, 'texts.jsonl');
  writeFileSync(path, texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
  const peer = await pythonPeer(join(import.meta.dirname, '../dedup/datatrove_minhash.py'), REQUIREMENTS);
  await peer.call('load', { path, folder: join(scratch, 'signatures'), language: 'ja' });
  const shingle = createShingler(settings.ngram);
  const sketch = createSketcher(settings.buckets * settings.rows, settings.seed);
  const rate = megabytes(all);
  const first = new Map<string, number>();
  return {
    case: 'signatures, Japanese, one thread',
    peer: 'datatrove 0.6.0, MinHash stage 1',
    unit: 'MB/s',
    better: 'more',
    must: 20,
    aim: 60,
    floor: null,
    ours: () => rate / cpuSeconds(() => all.forEach((text) => void sketch(shingle(text, 'ja')))),
    theirs: async () => megabytes(texts) / (await peer.call<number>('sign')),
    async verify() {
      const ours = texts.map((text, i) => {
        const key = sketch(shingle(text, 'ja')).join();
        const earlier = first.get(key) ?? i;
        first.set(key, earlier);
        return earlier;
      });
      const theirs = await peer.call<number[]>('groups');
      return ours.every((group, i) => group === theirs[i]);
    },
    note: '200 hashes as in LLM-jp v4; both find the same documents to be equal; datatrove splits words with Sudachi, we take characters.',
    close: () => peer.close(),
  };
}

function wholeInOneProcess(texts: readonly string[]): BenchCase {
  const documents = texts.map((text, i) => ({
    text,
    meta: {
      ...{ id: documentId(text), sourceId: `s${i % 3}`, path: `${i}`, language: 'ja' as const },
      ...{ format: 'text' as const, package: 'p', version: '1' },
    },
  }));
  let kept = 0;
  return {
    case: 'whole deduplication in one process, Japanese',
    peer: null,
    unit: 'MB/s',
    better: 'more',
    must: 20,
    aim: 60,
    async ours() {
      const began = process.cpuUsage();
      const deduplicator = createDeduplicator(settings);
      documents.forEach(deduplicator.add);
      kept = (await deduplicator.decide()).decisions.filter((decision) => decision.kept).length;
      const used = process.cpuUsage(began);
      return megabytes(texts) / ((used.user + used.system) / 1e6);
    },
    verify: () => kept > 0 && kept <= new Set(texts).size,
  };
}

function recall(similarity: number, { quick }: BenchOptions): BenchCase {
  const pairs = quick ? 2_000 : 20_000;
  let last = { found: 0, theory: 0 };
  return {
    case: `recall at Jaccard ${similarity}: points from the S-curve`,
    peer: null,
    unit: 'percentage points',
    better: 'less',
    must: quick ? 4 : 2,
    aim: 1,
    ours() {
      last = plantedRecall(similarity, pairs, settings);
      return Math.abs(last.found - last.theory) * 100;
    },
    verify: () => last.found > 0,
    note: () =>
      `${pairs} planted pairs: found ${(last.found * 100).toFixed(1)} %, theory ${(last.theory * 100).toFixed(1)} %.`,
  };
}

/** Of the pairs that are found in an even mixture of similarities, the share that is at least 0.7 alike. */
function precision({ quick }: BenchOptions): BenchCase {
  const pairs = quick ? 1_000 : 10_000;
  const similarities = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  let note = '';
  return {
    case: 'precision at Jaccard 0.7: points from theory',
    peer: null,
    unit: 'percentage points',
    better: 'less',
    must: quick ? 4 : 2,
    aim: 1,
    ours() {
      const each = similarities.map((similarity) => plantedRecall(similarity, pairs, settings));
      const share = (side: 'found' | 'theory') => {
        const sum = (from: number) =>
          each.reduce((total, one, i) => total + ((similarities[i] as number) >= from ? one[side] : 0), 0);
        return sum(0.7) / sum(0);
      };
      const [found, theory] = [share('found'), share('theory')];
      note = `${(found * 100).toFixed(1)} % against ${(theory * 100).toFixed(1)} % for an even mixture of ${similarities.join(', ')}.`;
      return Math.abs(found - theory) * 100;
    },
    verify: () => note !== '',
    note: () => note,
  };
}

/** One run of a process of its own; its rate and its peak memory are two cases. */
async function* million({ quick, scratch, progress }: BenchOptions): AsyncGenerator<BenchCase> {
  const documents = quick ? 50_000 : 1_000_000;
  progress(`${documents} documents in 8 shards, in a process of their own`);
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[join(import.meta.dirname, '../dedup/million.ts'), String(documents), '8', join(scratch, 'million')],
  ]);
  const run = JSON.parse(stdout) as Record<
    'bytes' | 'cpuSeconds' | 'peakBytes' | 'kept' | 'expected' | 'resultKept',
    number
  >;
  const common = {
    peer: null,
    verify: () => run.kept === run.expected && run.resultKept === run.expected,
    note: `one run: ${documents} documents, ${(run.bytes / 1e6).toFixed(0)} MB, ${run.cpuSeconds.toFixed(1)} CPU s without the making of the text, ${run.kept} kept.`,
  };
  yield {
    ...common,
    ...{
      case: `${documents} documents over 8 shards: peak memory`,
      unit: 'GiB',
      better: 'less',
      must: 4,
      aim: 3,
    },
    ours: () => run.peakBytes / 2 ** 30,
  };
  yield {
    ...common,
    ...{
      case: `${documents} documents over 8 shards: rate`,
      unit: 'MB/s per core',
      better: 'more',
      must: 20,
      aim: 60,
    },
    ours: () => run.bytes / 1e6 / run.cpuSeconds,
  };
}
