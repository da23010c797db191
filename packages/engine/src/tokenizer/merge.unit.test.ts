import { describe, expect, it } from 'vitest';
import { code, english, japanese } from '../../test/golden-tokenizer/sentences.ts';
import { headSize, LLM_JP_HEAD, mergeVocabularies } from './merge.ts';
import { PieceType, type UnigramModel } from './model.ts';
import { reestimation } from './reestimate.ts';
import { createTokenizer } from './tokenizer.ts';
import { trainUnigram } from './train.ts';

const texts = (make: (i: number) => string) => Array.from({ length: 300 }, (_, i) => make(i));
const [ja, en, source] = [texts(japanese), texts(english), texts(code)];
const partition = (lines: string[], vocabSize: number) => trainUnigram(lines, { vocabSize });
const merged = mergeVocabularies(LLM_JP_HEAD, [
  { model: partition(ja, 420), stripSpaces: 'all' },
  { model: partition(en, 370), stripSpaces: 'symbols' },
  { model: partition(source, 350), stripSpaces: 'symbols' },
]);
const all = [...ja, ...en, ...source];
const finish = <T>(steps: Generator<unknown, T>): T => {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
};
const estimate = (model: UnigramModel, epochs = 2) => finish(reestimation(model, () => all, { epochs }));

describe('a merged vocabulary', () => {
  it("begins with LLM-jp's 289 entries: specials, 24 runs of spaces, newline, 256 bytes", () => {
    expect(headSize(LLM_JP_HEAD)).toBe(289);
    const head = merged.pieces.slice(0, 289).map(({ piece }) => piece);
    expect(head.slice(0, 9)).toEqual([...LLM_JP_HEAD.specials, '▁'.repeat(24)]);
    expect([head[31], head[32], head[33], head[288]]).toEqual(['▁', '\n', '<0x00>', '<0xFF>']);
    expect(merged.pieces[289].type).toBe(PieceType.normal);
    expect([merged.unkId, merged.bosId, merged.eosId, merged.padId]).toEqual([0, 1, 2, 4]);
  });

  it('has every piece once, Japanese without spaces in front and symbols too', () => {
    const pieces = merged.pieces.map(({ piece }) => piece);
    expect(new Set(pieces).size).toBe(pieces.length);
    for (const piece of pieces.slice(289)) {
      expect(piece).not.toMatch(/^\u2581.*[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u);
      expect(piece).not.toMatch(/^\u2581[^\p{L}\p{N}]+$/u);
    }
    expect(pieces.some((piece) => /^\u2581\p{L}/u.test(piece))).toBe(true);
  });
});

describe('re-estimated scores', () => {
  const model = estimate(merged);

  it('keep every piece and its place, and are log probabilities that sum to one', () => {
    expect(model.pieces.map(({ piece }) => piece)).toEqual(merged.pieces.map(({ piece }) => piece));
    const normal = model.pieces.filter(({ type }) => type === PieceType.normal);
    expect(normal.reduce((sum, { score }) => sum + Math.exp(score), 0)).toBeCloseTo(1, 2);
  });

  it('make the text more likely with every epoch', () => {
    const nats = (made: UnigramModel) => {
      const tokenizer = createTokenizer(made);
      return all
        .flatMap((text) => [...tokenizer.encode(text)])
        .reduce((sum, id) => sum - made.pieces[id].score, 0);
    };
    expect(nats(model)).toBeLessThan(nats(estimate(merged, 1)));
  });

  it('give the same model for the same text, in a vocabulary that gives every text back', () => {
    expect(estimate(merged)).toEqual(model);
    const tokenizer = createTokenizer(model);
    for (const text of [...all.slice(0, 50), '鸚鵡 🦜\n\n   x', '\u2581 literal']) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('of the first pieces can be fixed, as LLM-jp does with its 289', () => {
    const fixed = finish(reestimation(merged, () => all, { epochs: 1, fixed: { pieces: 289, score: -80 } }));
    expect(fixed.pieces.slice(0, 289).every(({ score }) => score === -80)).toBe(true);
    expect(fixed.pieces.slice(289).every(({ score }) => score > -80 && score < 0)).toBe(true);
  });
});
