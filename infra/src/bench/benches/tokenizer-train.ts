import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createTokenizer,
  decodeSentencePieceModel,
  PieceType,
  trainUnigram,
  type UnigramModel,
  type UnigramOptions,
} from '@tsudoi/engine/tokenizer';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { run } from '../peers/cache.ts';
import { INSTALL, sentencePieceVersion } from '../tokenizer/sentencepiece.ts';
import { textLines } from '../tokenizer/texts.ts';

const LEAST_OVERLAP = 0.95;
const LIKELIHOOD_WITHIN = 0.005;
/** Two meta pieces more than spm_train has by default: the padding and the newline. */
const MORE_META = 2;
const MAX_PIECE_LENGTH = 8;

function ourTraining(lines: readonly string[], options: UnigramOptions) {
  const start = process.cpuUsage();
  const model = trainUnigram(lines, { maxPieceLength: MAX_PIECE_LENGTH, ...options });
  const { user, system } = process.cpuUsage(start);
  return { model, seconds: (user + system) / 1e6 };
}

/** LLM-jp's flags, one thread; user and system seconds of the process. */
async function theirTraining(input: string, prefix: string, vocabSize: number): Promise<number> {
  const flags = [
    `--input=${input} --model_prefix=${prefix} --vocab_size=${vocabSize} --model_type=unigram --num_threads=1`,
    '--normalization_rule_name=identity --byte_fallback --split_digits --add_dummy_prefix=false',
    `--remove_extra_whitespaces=false --allow_whitespace_only_pieces --max_sentencepiece_length=${MAX_PIECE_LENGTH}`,
    '--minloglevel=1',
  ];
  const { stdout } = await run('bash', ['-c', `spm_train ${flags.join(' ')} >&2 && times`], {
    maxBuffer: 1 << 26,
  });
  const children = stdout.trim().split('\n').at(-1)!;
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
    0,
  );
}

const vocabulary = (model: UnigramModel) =>
  new Set(model.pieces.filter(({ type }) => type === PieceType.normal).map(({ piece }) => piece));

function overlapOf(ours: UnigramModel, theirs: UnigramModel): number {
  const our = vocabulary(ours);
  const their = [...vocabulary(theirs)];
  return their.filter((piece) => our.has(piece)).length / their.length;
}

/** Log likelihood of the best segmentation in nats a character; a byte costs as much as the worst piece. */
function natsPerCharacter(model: UnigramModel, lines: readonly string[]): number {
  const tokenizer = createTokenizer(model);
  const scores = model.pieces.map(({ score, type }) => (type === PieceType.normal ? score : Number.NaN));
  const worst = scores.reduce((least, score) => (score < least ? score : least), 0);
  let sum = 0;
  let characters = 0;
  for (const line of lines) {
    for (const id of tokenizer.encode(line)) sum -= Number.isNaN(scores[id]) ? worst : scores[id];
    characters += [...line].length;
  }
  return sum / characters;
}

async function againstSentencePiece(lines: readonly string[], options: BenchOptions): Promise<BenchCase> {
  const vocabSize = options.quick ? 4_000 : 32_000;
  const held = lines.filter((_, i) => i % 50 === 7);
  const training = lines.filter((_, i) => i % 50 !== 7);
  const input = join(options.scratch, 'training.txt');
  writeFileSync(input, training.map((line) => `${line}\n`).join(''));
  const prefix = join(options.scratch, 'peer');
  const version = await sentencePieceVersion();
  let ours: UnigramModel | null = null;
  let figures = '';
  const like = { segmentJapanese: false, seeds: 'sentences', japaneseSpaces: 'joined' } as const;
  const size = Buffer.byteLength(training.join('\n')) / 1e6;
  return {
    case: `train ${vocabSize} pieces on ${size.toFixed(1)} MB of Japanese`,
    peer: `spm_train ${version ?? ''}, one thread`,
    unit: 's of CPU',
    better: 'less',
    must: 1,
    aim: 3.3,
    ours() {
      const { model, seconds } = ourTraining(training, { vocabSize: vocabSize + MORE_META, ...like });
      ours = model;
      return seconds;
    },
    ...(version
      ? { theirs: () => theirTraining(input, prefix, vocabSize) }
      : { missing: `SentencePiece is not installed: ${INSTALL}` }),
    verify() {
      if (!version || !ours) return false;
      const theirs = decodeSentencePieceModel(new Uint8Array(readFileSync(`${prefix}.model`)));
      const overlap = overlapOf(ours, theirs);
      const [our, their] = [ours, theirs].map((model) => natsPerCharacter(model, held));
      const off = our / their - 1;
      figures =
        `${(100 * overlap).toFixed(1)} % of its vocabulary; held-out text ${our.toFixed(4)} nats a character ` +
        `against ${their.toFixed(4)} (${(100 * off).toFixed(2)} %).`;
      return overlap >= LEAST_OVERLAP && off <= LIKELIHOOD_WITHIN;
    },
    note: () => figures,
  };
}

function presegmented(lines: readonly string[]): BenchCase {
  let pieces = 0;
  return {
    case: 'train 8192 pieces on the same text cut into words first',
    peer: null,
    unit: 's of CPU',
    better: 'less',
    must: 15,
    aim: 10,
    ours() {
      const { model, seconds } = ourTraining(lines, { vocabSize: 8192 });
      pieces = new Set(model.pieces.map(({ piece }) => piece)).size;
      return seconds;
    },
    verify: () => pieces === 8192,
    note: 'The time holds the cutting by Intl.Segmenter too.',
  };
}

export const bench: Bench = {
  about:
    'training a Unigram vocabulary on Japanese against spm_train: CPU time, same pieces, same likelihood',
  async *cases(options) {
    const lines = await textLines('ja', options.progress);
    // Every tenth line, so that the small text has the words of the whole.
    const text = options.quick ? lines.filter((_, i) => i % 10 === 0) : lines;
    yield await againstSentencePiece(text, options);
    yield presegmented(text);
  },
};
