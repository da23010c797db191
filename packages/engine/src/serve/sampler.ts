// From logits to one token id: repetition penalty, temperature, top-k, top-p, in the order of
// transformers' logits processors, with counter-based randomness.

import { philox, uniform } from '../nn/rng.ts';

export interface SamplingOptions {
  /** 0 takes the most likely token; default 1. */
  readonly temperature?: number;
  /** Keeps the k most likely tokens; default all. */
  readonly topK?: number;
  /** Keeps the smallest set with this total probability; default 1 (all). */
  readonly topP?: number;
  /** Above 1 makes tokens already seen less likely (Keskar et al. 2019); default 1. */
  readonly repetitionPenalty?: number;
  readonly seed?: number;
}

function penalise(logits: Float32Array, seen: Iterable<number>, penalty: number): void {
  for (const id of new Set(seen)) logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Ids that can be among the k most likely: a native sort of the values finds the threshold quickly. */
function candidates(logits: Float32Array, k: number): number[] {
  const ids = Array.from(logits.keys());
  if (k >= logits.length) return ids;
  const threshold = Float32Array.from(logits).sort()[logits.length - k];
  return ids.filter((id) => logits[id] >= threshold);
}

/** The k most likely ids by falling probability, ties by id, with their share among themselves. */
function distribution(
  logits: Float32Array,
  temperature: number,
  k: number,
): { ids: number[]; weights: number[] } {
  const top = logits[argmax(logits)];
  const ids = candidates(logits, k)
    .sort((a, b) => logits[b] - logits[a] || a - b)
    .slice(0, k);
  const raw = ids.map((id) => Math.exp((logits[id] - top) / temperature));
  const total = raw.reduce((a, b) => a + b, 0);
  return { ids, weights: raw.map((w) => w / total) };
}

/** The next id. `position` numbers the draws, so that a generation is a function of its seed. */
export function sample(
  scores: Float32Array,
  seen: Iterable<number>,
  options: SamplingOptions,
  position: number,
): number {
  const { temperature = 1, topK = 0, topP = 1, repetitionPenalty = 1, seed = 0 } = options;
  const logits = Float32Array.from(scores);
  if (repetitionPenalty !== 1) penalise(logits, seen, repetitionPenalty);
  if (temperature === 0) return argmax(logits);
  const { ids, weights } = distribution(logits, temperature, topK > 0 ? topK : logits.length);
  let kept = ids.length;
  if (topP < 1) {
    let missing = topP;
    kept = 0;
    while (kept < ids.length && missing > 0) missing -= weights[kept++];
    kept = Math.max(1, kept);
  }
  const [word] = philox([position, 0, 0, 0], [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]);
  let left = uniform(word) * weights.slice(0, kept).reduce((a, b) => a + b, 0);
  for (let i = 0; i < kept; i++) {
    left -= weights[i];
    if (left <= 0) return ids[i];
  }
  return ids[kept - 1];
}
