import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  createTokenizer,
  createTokenizerPool,
  decodeSentencePieceModel,
  encodeTokenizerJson,
  PieceType,
  type UnigramModel,
} from '@tsudoi/engine/tokenizer';
import type { BenchCase, BenchOptions } from '../bench.ts';
import { npmPeers } from '../peers/npm.ts';
import { INSTALL, sentencePiecePeer, sentencePieceVersion } from './sentencepiece.ts';
import { type TextName, textLines } from './texts.ts';

const TOKENIZERS_JS = '0.2.0';
/** Beside the checkout; set TSUDOI_TOKENIZER_MODEL for another place. */
const MODEL =
  process.env.TSUDOI_TOKENIZER_MODEL ??
  join(import.meta.dirname, '../../../../../shared/data/tokenizers/llm-jp-v2.2-97k.model');

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const megabytes = (lines: readonly string[]) =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) / 1e6;
const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.prototype.every.call(a, (id, i) => id === b[i]);

/** Encoding the lines of one text, one thread, in MB of UTF-8 per second of CPU; then two threads against one. */
export async function* encodeCases(
  text: TextName,
  must: { must: number; aim: number },
  options: BenchOptions,
): AsyncGenerator<BenchCase> {
  if (!existsSync(MODEL)) {
    yield absent(
      `no model at ${MODEL}: set TSUDOI_TOKENIZER_MODEL to LLM-jp's v2.2 code20K_en40K_ja60K.ver2.2.model`,
    );
    return;
  }
  const model = decodeSentencePieceModel(new Uint8Array(readFileSync(MODEL)));
  const lines = await textLines(text, options.progress, options.quick ? 3e6 : undefined);
  yield await againstSentencePiece(model, lines, must, options);
  yield await againstTokenizersJs(model, lines, options);
  if (availableParallelism() > 1) yield twoThreads(model, lines);
}

function absent(missing: string): BenchCase {
  const nothing = { case: 'encode', peer: 'SentencePiece', unit: 'MB/s', better: 'more' } as const;
  return { ...nothing, missing, ours: () => 0, verify: () => false };
}

function ourSide(model: UnigramModel, lines: readonly string[], repeats = 1) {
  const tokenizer = createTokenizer(model);
  const target = new Int32Array(16_384);
  const size = megabytes(lines);
  return {
    tokenizer,
    measure() {
      const start = cpuSeconds();
      for (let i = 0; i < repeats; i++) for (const line of lines) tokenizer.encodeInto(line, target);
      return (repeats * size) / (cpuSeconds() - start);
    },
  };
}

async function againstSentencePiece(
  model: UnigramModel,
  lines: readonly string[],
  bounds: { must: number; aim: number },
  options: BenchOptions,
): Promise<BenchCase> {
  const { tokenizer, measure } = ourSide(model, lines);
  const version = await sentencePieceVersion();
  const peer = version ? await sentencePiecePeer(MODEL, lines, options.scratch) : null;
  const size = megabytes(lines);
  return {
    case: `encode ${lines.length} lines, ${size.toFixed(1)} MB, one thread`,
    peer: `SentencePiece ${version ?? ''} C++`,
    unit: 'MB/s of CPU',
    better: 'more',
    ...bounds,
    ...(peer
      ? { theirs: async () => size / (await peer.encodeAll()) }
      : { missing: `SentencePiece is not installed: ${INSTALL}` }),
    ours: measure,
    async verify() {
      const theirs = (await peer?.ids()) ?? [];
      return (
        theirs.length === lines.length && lines.every((line, i) => same(tokenizer.encode(line), theirs[i]))
      );
    },
    note: 'Ids of every line are compared. No floor: the work is steps through a dictionary, not bytes through memory.',
    close: () => peer?.close(),
  };
}

interface TokenizersJs {
  Tokenizer: new (json: object, config: object) => { encode(text: string): { ids: number[] } };
}

async function againstTokenizersJs(
  model: UnigramModel,
  all: readonly string[],
  options: BenchOptions,
): Promise<BenchCase> {
  // It is slow, so it gets a part of the lines; ours goes over that part until the clock of the CPU can tell.
  const step = Math.ceil(megabytes(all) / (options.quick ? 0.5 : 2));
  const lines = all.filter((_, i) => i % step === 0);
  const size = megabytes(lines);
  const { tokenizer, measure } = ourSide(model, lines, Math.ceil(10 / size));
  const peers = await npmPeers([`@huggingface/tokenizers@${TOKENIZERS_JS}`]);
  const { Tokenizer } = (await peers.import('@huggingface/tokenizers/dist/tokenizers.mjs')) as TokenizersJs;
  const theirs = new Tokenizer(JSON.parse(encodeTokenizerJson(model)), {});
  return {
    case: `encode ${lines.length} of these lines, ${size.toFixed(2)} MB, one thread`,
    peer: `@huggingface/tokenizers ${TOKENIZERS_JS}`,
    unit: 'MB/s of CPU',
    better: 'more',
    must: 10,
    aim: 40,
    ours: measure,
    theirs() {
      const start = cpuSeconds();
      for (const line of lines) theirs.encode(line);
      return size / (cpuSeconds() - start);
    },
    verify: () => {
      const unknown = (ids: readonly number[]) =>
        ids
          .map((id) => (model.pieces[Number(id)].type === PieceType.byte ? model.unkId : Number(id)))
          .filter((id, i, all) => id !== model.unkId || all[i - 1] !== id);
      const alike = lines.filter((line) =>
        same(unknown([...tokenizer.encode(line)]), unknown(theirs.encode(line).ids)),
      ).length;
      options.progress(`${alike} of ${lines.length} lines have the same ids`);
      return alike >= 0.995 * lines.length;
    },
    note: 'It has no byte fallback for Unigram: runs of bytes count as its <unk>. Ties may differ, as it sums in float64.',
  };
}

function twoThreads(model: UnigramModel, lines: readonly string[]): BenchCase {
  const pools = [1, 2].map((threads) => createTokenizerPool(model, threads));
  const size = megabytes(lines);
  // Long enough for the clock, and for the threads' compilers to have done before the first pair.
  const repeats = Math.ceil(60 / size);
  const batch = 4000;
  const batches = Array.from({ length: Math.ceil(lines.length / batch) }, (_, i) =>
    lines.slice(i * batch, (i + 1) * batch),
  );
  const measure = async (pool: (typeof pools)[number]) => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) await Promise.all(batches.map((texts) => pool.encode(texts)));
    return ((repeats * size) / (performance.now() - start)) * 1000;
  };
  return {
    case: 'encode with two worker threads',
    peer: 'one worker thread',
    unit: 'MB/s by the clock',
    better: 'more',
    must: 1.8,
    aim: 1.95,
    ours: () => measure(pools[1]),
    theirs: () => measure(pools[0]),
    async verify() {
      const [one, two] = await Promise.all(pools.map((pool) => pool.encode(batches[0])));
      return same(one.ids, two.ids) && same(one.ends, two.ends);
    },
    note: 'Needs two idle cores; the texts are handed over as messages, the dictionary is in shared memory.',
    async close() {
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}
