import { describe, expect, it } from 'vitest';
import { logProbabilities, sample } from './sampler.ts';

const logits = Float32Array.of(Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05));
const nothing = { prompt: [], continuation: [] };
const draws = (options: Parameters<typeof sample>[2], count = 4000) => {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) counts[sample(logits, nothing, { seed: 3, ...options }, i)]++;
  return counts.map((n) => n / count);
};

describe('sampler', () => {
  it.each([
    [Number.NaN, Number.NaN],
    [1, Number.NaN],
    [Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY],
  ])(
    'refuses logits that are not numbers, %d and %d, in place of naming a token that is none',
    (...values) => {
      for (const options of [{}, { topP: 0.9 }, { topP: 0.9, minP: 0.1 }])
        expect(() => sample(Float32Array.from(values), nothing, options, 0)).toThrow(/not numbers/);
    },
  );

  it('takes the most likely token at temperature zero', () => {
    expect(sample(logits, nothing, { temperature: 0 }, 0)).toBe(0);
  });

  it('draws with the probabilities of the softmax, sharpened by temperature', () => {
    draws({}).forEach((p, i) => {
      expect(Math.abs(p - [0.5, 0.3, 0.15, 0.05][i])).toBeLessThan(0.03);
    });
    expect(draws({ temperature: 0.25 })[0]).toBeGreaterThan(0.85);
  });

  it('keeps only the k most likely, and only the smallest set that reaches p', () => {
    expect(draws({ topK: 2 }).slice(2)).toEqual([0, 0]);
    const nucleus = draws({ topP: 0.75 });
    expect(nucleus.slice(2)).toEqual([0, 0]);
    expect(nucleus[1]).toBeGreaterThan(0.3);
    expect(draws({ topP: 0.01 })).toEqual([1, 0, 0, 0]);
  });

  it('makes tokens already seen less likely, whatever the sign of their logit', () => {
    const mixed = Float32Array.of(2, 1.5, -1);
    expect(
      sample(mixed, { prompt: [0], continuation: [0] }, { temperature: 0, repetitionPenalty: 2 }, 0),
    ).toBe(1);
    expect(
      sample(
        Float32Array.of(-1, -1.5),
        { prompt: [0], continuation: [] },
        { temperature: 0, repetitionPenalty: 2 },
        0,
      ),
    ).toBe(1);
  });

  it('keeps what is likely enough beside the most likely', () => {
    expect(draws({ minP: 0.5 }).slice(2)).toEqual([0, 0]);
    expect(draws({ minP: 0.5 })[1]).toBeGreaterThan(0.3);
  });

  it('takes presence off once and frequency per occurrence, of the continuation alone', () => {
    const flat = Float32Array.of(1, 0.9, 0.55);
    const pick = (o: object, continuation: number[]) =>
      sample(flat, { prompt: [1, 1], continuation }, { temperature: 0, ...o }, 0);
    expect(pick({ presencePenalty: 0.2 }, [0])).toBe(1);
    expect(pick({ presencePenalty: 0.2 }, [0, 0, 0, 1])).toBe(0);
    expect(pick({ frequencyPenalty: 0.2 }, [0, 0, 0, 1, 1])).toBe(2);
  });

  it('adds bias to the ids it is given for', () => {
    expect(sample(logits, nothing, { temperature: 0, logitBias: new Map([[3, 100]]) }, 0)).toBe(3);
    expect(draws({ logitBias: new Map([[0, -100]]) })[0]).toBe(0);
  });

  it('draws from a large vocabulary what a full sort would draw', () => {
    const many = Float32Array.from({ length: 5000 }, (_, i) => 3 * Math.sin(i * 12.9898));
    const weights = Array.from(many, (x) => Math.exp(x));
    const total = weights.reduce((a, b) => a + b, 0);
    const order = [...weights.keys()].sort((a, b) => weights[b] - weights[a] || a - b);
    let kept = 0;
    for (let mass = 0; mass < 0.9 * total; kept++) mass += weights[order[kept]];
    const nucleus = new Set(order.slice(0, kept));
    for (let i = 0; i < 300; i++) expect(nucleus).toContain(sample(many, nothing, { topP: 0.9 }, i));
  });

  it('gives log probabilities that sum to one, the likeliest first', () => {
    const { chosen, top } = logProbabilities(logits, 2, 4);
    expect(chosen).toBeCloseTo(Math.log(0.15), 5);
    expect(top.map(([id]) => id)).toEqual([0, 1, 2, 3]);
    expect(top.reduce((sum, [, logprob]) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 5);
  });

  it('is a function of seed and position', () => {
    const run = (seed: number) => Array.from({ length: 20 }, (_, i) => sample(logits, nothing, { seed }, i));
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});
