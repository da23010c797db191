import { describe, expect, it } from 'vitest';
import { sample } from './sampler.ts';

const logits = Float32Array.of(Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05));
const draws = (options: Parameters<typeof sample>[2], count = 4000) => {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) counts[sample(logits, [], { seed: 3, ...options }, i)]++;
  return counts.map((n) => n / count);
};

describe('sampler', () => {
  it('takes the most likely token at temperature zero', () => {
    expect(sample(logits, [], { temperature: 0 }, 0)).toBe(0);
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
    expect(sample(mixed, [0, 0], { temperature: 0, repetitionPenalty: 2 }, 0)).toBe(1);
    expect(sample(Float32Array.of(-1, -1.5), [0], { temperature: 0, repetitionPenalty: 2 }, 0)).toBe(1);
  });

  it('is a function of seed and position', () => {
    const run = (seed: number) => Array.from({ length: 20 }, (_, i) => sample(logits, [], { seed }, i));
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});
