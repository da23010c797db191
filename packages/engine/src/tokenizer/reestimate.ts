import type { JobNote } from '@tsudoi/schema';
import { buildDoubleArray, CELL, type DoubleArray, ROOT } from './double-array.ts';
import { expectedCounts } from './expectation.ts';
import type { Lattice } from './lattice.ts';
import { PieceType, roundScore, SPACE_MARK, UNKNOWN_PENALTY, type UnigramModel } from './model.ts';
import { tableOver, type WordTable } from './word-table.ts';

export interface ReestimateOptions {
  /** Passes over the text. LLM-jp: 2. */
  epochs: number;
  /** Score of the first pieces, by number of pieces, that overrides what the text says: LLM-jp v2.2 has -80 for its 289. */
  fixed?: { pieces: number; score: number };
}

/** Text is worked on in parts of this many characters, so that memory does not grow with it. */
const PART_CHARACTERS = 1 << 20;
/** A piece that is never used counts as this many uses: it stays in the vocabulary and behind all that are used. */
const LEAST_COUNT = 0.01;

/** The pieces that text can be written in, characters first: an index in this list is a piece of the lattice. */
class Pieces {
  readonly ids: number[];
  readonly alphabet: string[];
  readonly length: Int32Array;
  readonly maxLength: number;
  private readonly array: DoubleArray;

  constructor(model: UnigramModel) {
    const normal = model.pieces
      .map(({ piece, type }, id) => ({ id, type, characters: [...piece] }))
      .filter(({ type, characters }) => type === PieceType.normal && characters[0] !== '\n');
    const single = normal.filter(({ characters }) => characters.length === 1);
    this.alphabet = single.map(({ characters }) => characters[0]);
    const symbols = new Map(this.alphabet.map((character, i) => [character, i + 1]));
    // A piece with a character that is no piece by itself cannot be told from an unknown one: it keeps its floor.
    const longer = normal.filter(
      ({ characters }) => characters.length > 1 && characters.every((character) => symbols.has(character)),
    );
    const all = [...single, ...longer];
    this.ids = all.map(({ id }) => id);
    this.length = Int32Array.from(all, ({ characters }) => characters.length);
    this.maxLength = this.length.reduce((a, b) => Math.max(a, b), 1);
    const entries = longer.map(({ characters }) => {
      return { labels: characters.map((character) => symbols.get(character)!), score: 0 };
    });
    this.array = buildDoubleArray(entries, Math.max(1, this.alphabet.length));
  }

  /** The lattice of a table whose symbols are those of this alphabet. */
  lattice(table: WordTable): Lattice {
    const { units, entryOf } = this.array;
    const { symbols } = table;
    const offsets = new Int32Array(symbols.length + 1);
    const edges: number[] = [];
    for (let p = 0; p < symbols.length; p++) {
      let node = ROOT;
      for (let q = p; q < symbols.length && symbols[q] !== 0; q++) {
        const next = units[node * CELL] + symbols[q];
        if (units[next * CELL + 1] !== node) break;
        node = next;
        if (entryOf[node] >= 0) edges.push(this.alphabet.length + entryOf[node]);
      }
      offsets[p + 1] = edges.length;
    }
    const position = new Int32Array(this.length.length);
    const { length, maxLength } = this;
    return { table, offsets, edges: Int32Array.from(edges), length, position, maxLength };
  }
}

/** Lines as words of the table, spaces as U+2581, each once with its number; newlines are counted apart. */
function* parts(texts: Iterable<string>): Generator<{ lines: Map<string, number>; newlines: number }> {
  let lines = new Map<string, number>();
  let characters = 0;
  let newlines = 0;
  for (const text of texts) {
    // What was U+2581 already is an unknown character; U+0000 is one that no text has in a piece.
    for (const line of text
      .toWellFormed()
      .replaceAll(SPACE_MARK, '\0')
      .replaceAll(' ', SPACE_MARK)
      .split('\n')) {
      newlines++;
      if (line !== '') lines.set(line, (lines.get(line) ?? 0) + 1);
      characters += line.length;
      if (characters < PART_CHARACTERS) continue;
      yield { lines, newlines };
      lines = new Map();
      characters = 0;
      newlines = 0;
    }
    newlines--;
  }
  yield { lines, newlines };
}

/**
 * Scores of a given vocabulary by EM on raw text, uncut: what LLM-jp does after merging, so that pieces of all languages
 * are weighed against each other and pieces may reach over word boundaries. No piece is dropped.
 * @param texts called once an epoch
 */
export function* reestimation(
  model: UnigramModel,
  texts: () => Iterable<string>,
  options: ReestimateOptions,
): Generator<{ fraction: number; note: JobNote }, UnigramModel> {
  const pieces = new Pieces(model);
  let logProbability = new Float64Array(pieces.ids.length).fill(-Math.log(pieces.ids.length));
  let newlineScore = 0;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const worst = logProbability.reduce((a, b) => Math.min(a, b), 0);
    const probability = logProbability.map((score) => Math.exp(Math.max(score, worst - UNKNOWN_PENALTY)));
    const counts = new Float64Array(probability.length);
    let [newlines, logLikelihood, characters] = [0, 0, 0];
    for (const part of parts(texts())) {
      const table = tableOver([...part.lines], pieces.alphabet);
      const expected = expectedCounts(pieces.lattice(table), probability);
      for (let i = 0; i < counts.length; i++) counts[i] += expected.counts[i];
      newlines += part.newlines;
      logLikelihood += expected.logLikelihood;
      for (const [line, times] of part.lines) characters += line.length * times;
      const natsPerCharacter = -logLikelihood / Math.max(1, characters);
      const fraction = (epoch + 0.5) / options.epochs;
      yield { fraction, note: { code: 'pieces', params: { count: counts.length, natsPerCharacter } } };
    }
    const floored = counts.map((count) => Math.max(count, LEAST_COUNT));
    const logTotal = Math.log(floored.reduce((a, b) => a + b, 0) + newlines);
    logProbability = floored.map((count) => Math.log(count) - logTotal);
    newlineScore = Math.log(Math.max(newlines, LEAST_COUNT)) - logTotal;
  }
  return withScores(model, pieces.ids, logProbability, newlineScore, options.fixed);
}

function withScores(
  model: UnigramModel,
  ids: readonly number[],
  logProbability: Float64Array,
  newlineScore: number,
  fixed: ReestimateOptions['fixed'],
): UnigramModel {
  const worst = logProbability.reduce((a, b) => Math.min(a, b), 0);
  const scores = new Map(ids.map((id, i) => [id, logProbability[i]]));
  const pieces = model.pieces.map((piece, id) => {
    if (fixed && id < fixed.pieces) return { ...piece, score: fixed.score };
    if (piece.type !== PieceType.normal) return piece;
    return { ...piece, score: roundScore(piece.piece === '\n' ? newlineScore : (scores.get(id) ?? worst)) };
  });
  return { ...model, pieces };
}
