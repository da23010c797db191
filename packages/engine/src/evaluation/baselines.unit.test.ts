import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsPerByteFromNats } from './bits-per-byte.ts';
import { trainByteNgram } from './byte-ngram.ts';
import { gzipBitsPerByte } from './compression.ts';
import { estimateDiscounts, trainTokenNgram } from './kneser-ney.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Modified Kneser-Ney straight from its definition, with n-grams as strings; token `v` marks the start. */
function slowModel(documents: number[][], order: number, v: number) {
  const padded = documents.map((document) => [v, ...document]);
  const raw: Map<string, number>[] = Array.from({ length: order + 1 }, () => new Map());
  for (const document of padded) {
    for (let n = 1; n <= order; n++) {
      for (let i = 0; i + n <= document.length; i++) {
        if (i === 0 && n === 1) continue;
        const key = document.slice(i, i + n).join(' ');
        raw[n].set(key, (raw[n].get(key) ?? 0) + 1);
      }
    }
  }
  const adjusted = raw.map((counts, n) => {
    const result = new Map<string, number>();
    for (const [key, count] of counts) {
      const inFront = n < order ? [...raw[n + 1].keys()].filter((longer) => longer.endsWith(` ${key}`)) : [];
      result.set(key, n === order || key.startsWith(`${v} `) ? count : new Set(inFront).size);
    }
    return result;
  });
  const discounts = adjusted.map((counts) => {
    const n = [0, 0, 0, 0, 0];
    for (const count of counts.values()) if (count <= 4) n[count]++;
    return estimateDiscounts(n);
  });
  const probability = (context: number[], token: number): number => {
    const n = context.length + 1;
    const lower = n === 1 ? 1 / v : probability(context.slice(1), token);
    const prefix = context.join(' ');
    const children = [...adjusted[n]].filter(([key]) => key.split(' ').slice(0, -1).join(' ') === prefix);
    const total = children.reduce((sum, [, count]) => sum + count, 0);
    if (total === 0) return lower;
    const saved = children.reduce((sum, [, count]) => sum + discounts[n][Math.min(count, 3)], 0);
    const count = adjusted[n].get([...context, token].join(' ')) ?? 0;
    return (Math.max(0, count - discounts[n][Math.min(count, 3)]) + saved * lower) / total;
  };
  return (history: number[], token: number) => probability([v, ...history].slice(-(order - 1)), token);
}

describe('Kneser-Ney', () => {
  const documents = fc.array(fc.array(fc.nat({ max: 4 }), { maxLength: 25 }), { minLength: 1, maxLength: 5 });

  it('agrees with a model worked out from the definition', () => {
    fc.assert(
      fc.property(documents, fc.array(fc.nat({ max: 4 }), { maxLength: 8 }), (docs, history) => {
        const fast = trainTokenNgram(docs, { order: 4, vocabSize: 5 });
        const slow = slowModel(docs, 4, 5);
        for (let token = 0; token < 5; token++) {
          expect(fast.probability(history, token)).toBeCloseTo(slow(history, token), 12);
        }
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it('gives probabilities that sum to one after any context, seen or not', () => {
    fc.assert(
      fc.property(documents, fc.array(fc.nat({ max: 6 }), { maxLength: 8 }), (docs, history) => {
        const model = trainTokenNgram(docs, { order: 5, vocabSize: 7 });
        let sum = 0;
        for (let token = 0; token < 7; token++) sum += model.probability(history, token);
        expect(sum).toBeCloseTo(1, 12);
      }),
      { numRuns: 200, seed: 12 },
    );
  });

  it('sums to one over all bytes for a model of real text', () => {
    const text = bytes('吾々は言葉を数える。 The model counts bytes, and bytes count. '.repeat(20));
    const model = trainByteNgram([text, bytes('もう一つの文書')]);
    for (const context of ['', 'The mod', '言葉', 'zzz', 'byt']) {
      let sum = 0;
      for (let byte = 0; byte < 256; byte++) sum += model.probability(bytes(context), byte);
      expect(sum).toBeCloseTo(1, 10);
    }
  });

  it('adds up a document from its tokens, in nats', () => {
    const model = trainTokenNgram(
      [
        [1, 2, 3, 1, 2, 4],
        [1, 2, 3],
      ],
      { order: 3, vocabSize: 6 },
    );
    const document = [1, 2, 5, 0, 3];
    const sum = document.reduce((s, t, i) => s - Math.log(model.probability(document.slice(0, i), t)), 0);
    expect(model.totalNll(document)).toBeCloseTo(sum, 12);
    expect(model.totalNll([])).toBe(0);
  });

  it('is uniform when it has seen nothing, and refuses ids outside the vocabulary', () => {
    const model = trainTokenNgram([], { order: 5, vocabSize: 8 });
    expect(model.totalNll([1, 7])).toBeCloseTo(2 * Math.log(8), 12);
    expect(() => model.totalNll([8])).toThrow(RangeError);
    expect(() => trainTokenNgram([[0, -1]], { order: 5, vocabSize: 8 })).toThrow(RangeError);
  });

  it('learns: text like its training text costs less than other text, and less with more context', () => {
    const train = [bytes('the cat sat on the mat and the dog sat on the log. '.repeat(40))];
    const five = trainByteNgram(train);
    const one = trainByteNgram(train, { order: 1 });
    const alike = [bytes('the dog sat on the mat.')];
    expect(five.bitsPerByte(alike)).toBeLessThan(one.bitsPerByte(alike));
    expect(five.bitsPerByte(alike)).toBeLessThan(five.bitsPerByte([bytes('QUITE OTHER WORDS')]));
  });
});

describe('bits per byte', () => {
  it('is nats over ln 2 over bytes', () => {
    expect(bitsPerByteFromNats(8 * Math.LN2, 4)).toBeCloseTo(2, 12);
    expect(() => bitsPerByteFromNats(1, 0)).toThrow(RangeError);
  });

  it('of gzip counts documents alone and together and takes the better', () => {
    const documents = Array.from({ length: 30 }, (_, i) =>
      bytes(`文書${i}: いつも同じ長い決まり文句で始まります。`),
    );
    const { perDocument, concatenated, best } = gzipBitsPerByte(documents);
    expect(concatenated).toBeLessThan(perDocument / 3);
    expect(best).toBe(concatenated);
    const noise = Buffer.concat(
      Array.from({ length: 200 }, (_, i) => createHash('sha256').update(`${i}`).digest()),
    );
    expect(gzipBitsPerByte([noise]).best).toBeGreaterThan(8);
    expect(() => gzipBitsPerByte([new Uint8Array()])).toThrow(RangeError);
  });
});
