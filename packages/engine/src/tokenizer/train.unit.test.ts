import { describe, expect, it } from 'vitest';
import { code, english, japanese, trainingTexts } from '../../test/golden-tokenizer/sentences.ts';
import { TokenizerError } from './errors.ts';
import { PieceType } from './model.ts';
import { createTokenizer } from './tokenizer.ts';
import { trainUnigram, unigramTraining } from './train.ts';

const texts = trainingTexts();
const errorOf = (run: () => unknown): TokenizerError => {
  try {
    run();
  } catch (error) {
    if (error instanceof TokenizerError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('training a Unigram model', () => {
  it('gives the same model for the same texts, in whatever order they come', () => {
    expect(trainUnigram([...texts].reverse(), { vocabSize: 640 })).toEqual(
      trainUnigram(texts, { vocabSize: 640 }),
    );
    expect(trainUnigram(texts, { vocabSize: 640 })).toEqual(trainUnigram(texts, { vocabSize: 640 }));
  });

  it.each([610, 640, 655])('gives exactly the %i pieces asked for, all different', (vocabSize) => {
    const { pieces } = trainUnigram(texts, { vocabSize });
    expect(pieces).toHaveLength(vocabSize);
    expect(new Set(pieces.map(({ piece }) => piece)).size).toBe(vocabSize);
  });

  it('puts the meta pieces first: unk, s, /s, pad, newline, 256 bytes', () => {
    const { pieces, unkId, bosId, eosId, padId } = trainUnigram(texts, { vocabSize: 640 });
    expect([unkId, bosId, eosId, padId].map((id) => pieces[id].piece)).toEqual([
      '<unk>',
      '<s>',
      '</s>',
      '<pad>',
    ]);
    expect(pieces[4]).toMatchObject({ piece: '\n', type: PieceType.userDefined });
    expect(pieces.slice(5, 261).every(({ type }) => type === PieceType.byte)).toBe(true);
    expect(pieces.slice(261).every(({ type }) => type === PieceType.normal)).toBe(true);
  });

  it('names the largest size when too many pieces are asked for, and that size works', () => {
    const error = errorOf(() => trainUnigram(texts, { vocabSize: 50_000 }));
    expect(error.code).toBe('VocabularyTooLarge');
    const largest = Number(error.params.largest);
    expect(trainUnigram(texts, { vocabSize: largest }).pieces).toHaveLength(largest);
    expect(errorOf(() => trainUnigram(texts, { vocabSize: largest + 1 })).code).toBe('VocabularyTooLarge');
  });

  it('names the smallest size when not even the characters fit, and that size works', () => {
    const error = errorOf(() => trainUnigram(texts, { vocabSize: 300 }));
    expect(error.code).toBe('VocabularyTooSmall');
    const smallest = Number(error.params.smallest);
    expect(trainUnigram(texts, { vocabSize: smallest }).pieces).toHaveLength(smallest);
  });

  it('refuses to train on nothing', () => {
    expect(errorOf(() => trainUnigram([])).code).toBe('NothingToTrainOn');
    expect(errorOf(() => trainUnigram(['\n\n', ''])).code).toBe('NothingToTrainOn');
  });

  it('makes no piece that is too long, mixes digits or scripts, or has a space anywhere but in front', () => {
    const { pieces } = trainUnigram(texts, { vocabSize: 680, maxPieceLength: 6 });
    for (const { piece, type } of pieces) {
      if (type !== PieceType.normal) continue;
      expect([...piece].length).toBeLessThanOrEqual(6);
      expect(piece).toMatch(/^(\u2581+|\u2581?[^\u2581]+)$/u);
      if ([...piece].length > 1) expect(piece).not.toMatch(/[0-9０-９]/u);
      expect(piece).not.toMatch(/\p{sc=Latin}.*\p{sc=Han}|\p{sc=Han}.*\p{sc=Latin}|[(),.].*\p{L}/u);
    }
  });

  it('does without Japanese segmentation too, and then finds longer pieces', () => {
    const longest = (segmentJapanese: boolean) => {
      const { pieces } = trainUnigram(texts, { vocabSize: 650, segmentJapanese });
      return Math.max(
        ...pieces
          .slice(261)
          .map(({ piece }) =>
            /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]+$/u.test(piece) ? piece.length : 0,
          ),
      );
    };
    expect(longest(false)).toBeGreaterThan(longest(true));
  });

  it('takes seeds as SentencePiece does if asked, and is the same for any order of texts then too', () => {
    const options = { vocabSize: 600, seeds: 'sentences', japaneseSpaces: 'joined' } as const;
    const model = trainUnigram(texts, options);
    expect(model).toEqual(trainUnigram([...texts].reverse(), options));
    expect(model.pieces.every(({ piece }) => !/^[^\u2581]+\u2581|\u2581[^\u2581]+\u2581/u.test(piece))).toBe(
      true,
    );
    expect(model).not.toEqual(trainUnigram(texts, { vocabSize: 600 }));
  });

  it('shortens text of its own kind to less than 0.6 tokens a character', () => {
    const tokenizer = createTokenizer(trainUnigram(texts, { vocabSize: 655 }));
    for (const line of [japanese(1001), english(1001), code(1001)]) {
      expect(tokenizer.encode(line).length).toBeLessThan(0.6 * [...line].length);
    }
  });

  it('survives one very long line and lone surrogates in the training text', () => {
    const long = Array.from({ length: 20_000 }, (_, i) => 'あいうえおかきくけこ'[(i * i) % 10]).join('');
    const model = trainUnigram([long, '\ud800', ...texts], { vocabSize: 700, segmentJapanese: false });
    expect(model.pieces.every(({ score }) => Number.isFinite(score) && score <= 0)).toBe(true);
  });

  it('reports growing progress and can be stopped between steps', () => {
    const fractions: number[] = [];
    trainUnigram(texts, { vocabSize: 640, onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions[fractions.length - 1]).toBeLessThanOrEqual(1);
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    expect(() => trainUnigram(texts, { vocabSize: 640, onProgress, signal: stop.signal })).toThrow('aborted');
    const steps = unigramTraining(texts, { vocabSize: 640 });
    expect(steps.next().done).toBe(false);
  });
});
