import type { JobNote } from '@tsudoi/schema';
import { TokenizerError } from './errors.ts';
import { digamma, expectedCounts } from './expectation.ts';
import { buildLattice, type Lattice, thinLattice } from './lattice.ts';
import { bytePiece, type Piece, PieceType, roundScore, UNKNOWN_PENALTY, type UnigramModel } from './model.ts';
import { prune, survivors } from './pruning.ts';
import { findSeeds } from './seeds.ts';
import { buildWordTable, type WordTable } from './word-table.ts';
import { countChunks, countWords, type Followed, symbolPattern } from './words.ts';

export interface UnigramOptions {
  /** Exact number of pieces, the meta pieces included. Default 8192. */
  vocabSize?: number;
  /** Longest piece in characters. Default 16. */
  maxPieceLength?: number;
  /** Share of character occurrences that get a piece of their own; the rest is written in bytes. Default 0.9995. */
  characterCoverage?: number;
  /** Cut Japanese into words first. Default true. */
  segmentJapanese?: boolean;
  /** Whether a space may begin a Japanese piece (as in SentencePiece) or stands apart. Default: apart. */
  japaneseSpaces?: 'apart' | 'joined';
  /** Which substrings are candidates: see `WordRules`. Default: words. */
  seeds?: 'words' | 'sentences';
  /** Every digit is a piece of its own. Default true. */
  splitDigits?: boolean;
  /** Texts that always are one piece. Default: the newline. */
  userSymbols?: readonly string[];
  /** Candidates to start from. Default 1,000,000. */
  seedSize?: number;
  /** Share of pieces kept by one pruning. Default 0.75. */
  shrinkingFactor?: number;
  /** EM iterations between prunings. Default 2. */
  subIterations?: number;
}

export interface TrainingProgress {
  /** In [0, 1], an estimate. */
  fraction: number;
  note: JobNote;
}

const DEFAULTS: Required<UnigramOptions> = {
  vocabSize: 8192,
  maxPieceLength: 16,
  characterCoverage: 0.9995,
  segmentJapanese: true,
  japaneseSpaces: 'apart',
  seeds: 'words',
  splitDigits: true,
  userSymbols: ['\n'],
  seedSize: 1_000_000,
  shrinkingFactor: 0.75,
  subIterations: 2,
};

/** Pieces expected to be used less often than this are dropped after an E-step. */
const MIN_EXPECTED_COUNT = 0.5;
/** EM stops with this many pieces more than wanted; the best are taken then. */
const SURPLUS = 1.1;

const CONTROL_PIECES = ['<unk>', '<s>', '</s>', '<pad>'];

interface State {
  lattice: Lattice;
  score: Float64Array;
  alive: Uint8Array;
}

/** One E-step and one M-step (digamma: the sparse prior of SentencePiece). Returns pieces left and nats per character. */
function iterate(state: State): { pieces: number; natsPerCharacter: number } {
  const { lattice, score, alive } = state;
  const characters = lattice.table.alphabet.length;
  let worst = 0;
  for (let i = 0; i < score.length; i++) if (alive[i] === 1 && score[i] < worst) worst = score[i];
  const probability = new Float64Array(score.length);
  for (let i = 0; i < score.length; i++) {
    if (alive[i] === 1) probability[i] = Math.exp(score[i]);
    else if (i < characters) probability[i] = Math.exp(worst - UNKNOWN_PENALTY);
  }
  const { counts, logLikelihood } = expectedCounts(lattice, probability);
  let total = 0;
  let pieces = 0;
  for (let i = 0; i < score.length; i++) {
    if (alive[i] === 0) continue;
    alive[i] = counts[i] >= MIN_EXPECTED_COUNT ? 1 : 0;
    if (alive[i] === 0) continue;
    total += counts[i];
    pieces++;
  }
  const logTotal = digamma(total);
  for (let i = 0; i < score.length; i++) {
    if (alive[i] === 1) score[i] = digamma(counts[i]) - logTotal;
    // An unknown character on a best path costs as much as in the E-step.
    else if (i < characters) score[i] = worst - UNKNOWN_PENALTY;
  }
  const length = lattice.table.alphabetCounts.reduce((a, b) => a + b, 0);
  return { pieces, natsPerCharacter: -logLikelihood / length };
}

function startState(table: WordTable, options: Required<UnigramOptions>): State {
  const seeds = findSeeds(table, options.maxPieceLength, options.seedSize);
  const lattice = buildLattice(table, seeds);
  const score = new Float64Array(lattice.length.length);
  score.set(table.alphabetCounts);
  seeds.frequency.forEach((frequency, i) => {
    score[table.alphabet.length + i] = frequency * seeds.length[i];
  });
  const logTotal = Math.log(score.reduce((a, b) => a + b, 0));
  for (let i = 0; i < score.length; i++) score[i] = Math.log(score[i]) - logTotal;
  return { lattice, score, alive: new Uint8Array(score.length).fill(1) };
}

function metaPieces(userSymbols: readonly string[]): Piece[] {
  const control = CONTROL_PIECES.map((piece, i) => ({
    piece,
    score: 0,
    type: i === 0 ? PieceType.unknown : PieceType.control,
  }));
  const user = userSymbols.map((piece) => ({
    piece: piece.replaceAll(' ', '\u2581'),
    score: 0,
    type: PieceType.userDefined,
  }));
  const bytes = Array.from({ length: 256 }, (_, b) => ({
    piece: bytePiece(b),
    score: 0,
    type: PieceType.byte,
  }));
  return [...control, ...user, ...bytes];
}

/** All characters of the alphabet, then the best of the rest, `wanted` in all. */
function choosePieces(state: State, wanted: number, meta: number): Piece[] {
  const { alphabet } = state.lattice.table;
  const found = survivors(state.lattice, state.score, state.alive);
  const required = new Set(alphabet);
  const present = new Set(found.map(([text]) => text));
  const lost = alphabet.filter((character) => !present.has(character));
  const available = found.length + lost.length;
  if (available < wanted) {
    throw new TokenizerError(
      'VocabularyTooLarge',
      { vocabSize: wanted + meta, largest: available + meta },
      `The text supports at most ${available + meta} pieces, ${wanted + meta} were asked for`,
    );
  }
  const worst = found[found.length - 1]?.[1] ?? 0;
  // Most frequent first in `alphabet`, so the rarest lost character gets the lowest of these scores.
  const restored = lost.map((c, i): [string, number] => [c, worst + 0.0001 * (lost.length - i)]);
  const characters = [...found.filter(([text]) => required.has(text)), ...restored];
  const others = found.filter(([text]) => !required.has(text)).slice(0, wanted - characters.length);
  return [...characters, ...others]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([piece, score]) => ({
      piece,
      score: roundScore(score),
      type: PieceType.normal,
    }));
}

/**
 * Trains a Unigram model as SentencePiece does (Kudo 2018; seeds from a suffix array, EM with a sparse prior, pruning by
 * likelihood loss) and yields its progress between steps, so that a caller may pause, report or stop there.
 * The same texts and options give the same model.
 * @throws TokenizerError VocabularyTooLarge (with `largest`), VocabularyTooSmall (with `smallest`), NothingToTrainOn
 */
export function* unigramTraining(
  texts: Iterable<string>,
  options: UnigramOptions = {},
): Generator<TrainingProgress, UnigramModel> {
  const settings = { ...DEFAULTS, ...options };
  const symbols = symbolPattern(settings.userSymbols);
  const chunks: Followed = new Map();
  let documents = 0;
  for (const text of texts) {
    countChunks(text, symbols, settings.seeds, chunks);
    if (++documents % 256 === 0)
      yield { fraction: 0.05, note: { code: 'textsRead', params: { count: documents } } };
  }
  yield { fraction: 0.1, note: { code: 'textsRead', params: { count: documents } } };
  const words = countWords(chunks, settings);
  const table = buildWordTable(words, settings.characterCoverage, settings.seeds);
  chunks.clear();
  const meta = metaPieces(settings.userSymbols);
  const wanted = settings.vocabSize - meta.length;
  if (table.weights.length === 0)
    throw new TokenizerError('NothingToTrainOn', {}, 'There is no text to train on');
  if (wanted < table.alphabet.length) {
    const smallest = meta.length + table.alphabet.length;
    throw new TokenizerError(
      'VocabularyTooSmall',
      { vocabSize: settings.vocabSize, smallest },
      `${table.alphabet.length} characters and ${meta.length} meta pieces need at least ${smallest} pieces`,
    );
  }
  yield { fraction: 0.2, note: { code: 'differentWords', params: { count: table.weights.length } } };
  const state = startState(table, settings);
  const start = state.score.length;
  const desired = Math.floor(settings.vocabSize * SURPLUS);
  for (;;) {
    let last = { pieces: 0, natsPerCharacter: 0 };
    for (let i = 0; i < settings.subIterations; i++) last = iterate(state);
    thinLattice(state.lattice, state.alive);
    const done = last.pieces <= desired ? 1 : Math.log(start / last.pieces) / Math.log(start / desired);
    const params = { count: last.pieces, natsPerCharacter: last.natsPerCharacter };
    yield { fraction: 0.3 + 0.65 * done, note: { code: 'pieces', params } };
    if (last.pieces <= desired) break;
    prune(state.lattice, state.score, state.alive, desired, settings.shrinkingFactor);
    thinLattice(state.lattice, state.alive);
  }
  const pieces = [...meta, ...choosePieces(state, wanted, meta.length)];
  return {
    pieces,
    unkId: 0,
    bosId: 1,
    eosId: 2,
    padId: 3,
    byteFallback: true,
    addDummyPrefix: false,
    arithmetic: 'float32',
  };
}

/** Runs `unigramTraining` to its end. For a worker thread: it does not return before the model is there. */
export function trainUnigram(
  texts: Iterable<string>,
  options: UnigramOptions & {
    onProgress?: (fraction: number, note: JobNote) => void;
    signal?: AbortSignal;
  } = {},
): UnigramModel {
  const { onProgress, signal, ...settings } = options;
  const training = unigramTraining(texts, settings);
  for (;;) {
    signal?.throwIfAborted();
    const step = training.next();
    if (step.done) return step.value;
    onProgress?.(step.value.fraction, step.value.note);
  }
}
