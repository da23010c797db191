// From logits to one token id: penalties and bias, temperature, top-k, top-p, min-p, in the order of transformers'
// logits processors (presence and frequency penalties and bias as OpenAI's API describes them), with counter-based
// randomness.

import { philox, uniform } from '../nn/rng.ts';

export interface SamplingOptions {
  /** 0 takes the most likely token; default 1. */
  readonly temperature?: number;
  /** Keeps the k most likely tokens; default all. */
  readonly topK?: number;
  /** Keeps the smallest set with this total probability; default 1 (all). */
  readonly topP?: number;
  /** Keeps tokens at least this likely, as a share of the most likely one (Nguyen et al. 2024); default 0 (all). */
  readonly minP?: number;
  /** Above 1 makes tokens of prompt and continuation less likely (Keskar et al. 2019); default 1. */
  readonly repetitionPenalty?: number;
  /** Taken off the logit of every token of the continuation; default 0. */
  readonly presencePenalty?: number;
  /** Taken off once per occurrence in the continuation; default 0. */
  readonly frequencyPenalty?: number;
  /** Added to the logits of these ids. */
  readonly logitBias?: ReadonlyMap<number, number>;
  readonly seed?: number;
}

/** Ids before the next one. */
export interface Seen {
  readonly prompt: readonly number[];
  readonly continuation: readonly number[];
}

/** Logits after penalties and bias; a copy where there are any. */
function adjusted(scores: Float32Array, seen: Seen, o: SamplingOptions): Float32Array {
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0, logitBias } = o;
  if (repetitionPenalty === 1 && presencePenalty === 0 && frequencyPenalty === 0 && !logitBias?.size) {
    return scores;
  }
  const logits = Float32Array.from(scores);
  if (repetitionPenalty !== 1) {
    for (const id of new Set([...seen.prompt, ...seen.continuation])) {
      logits[id] = logits[id] > 0 ? logits[id] / repetitionPenalty : logits[id] * repetitionPenalty;
    }
  }
  if (presencePenalty !== 0) for (const id of new Set(seen.continuation)) logits[id] -= presencePenalty;
  if (frequencyPenalty !== 0) for (const id of seen.continuation) logits[id] -= frequencyPenalty;
  for (const [id, bias] of logitBias ?? []) logits[id] += bias;
  return logits;
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Ids that can be among the k most likely: a native sort of the values finds the threshold quickly. */
function amongLargest(weights: Float64Array, ids: readonly number[], k: number): number[] {
  if (k >= ids.length) return [...ids];
  const threshold = Float64Array.from(ids, (id) => weights[id]).sort()[ids.length - k];
  return ids.filter((id) => weights[id] >= threshold);
}

/** The ids that survive top-k, top-p and min-p by falling weight, ties by id, and the sum of their weights. */
function survivors(weights: Float64Array, o: SamplingOptions): { ids: number[]; total: number } {
  const { topK = 0, topP = 1, minP = 0 } = o;
  const k = topK > 0 ? topK : weights.length;
  let total = 0;
  for (const weight of weights) total += weight;
  // What is left out here sums to less than 1 - topP, so the nucleus is among the rest; most of a large vocabulary goes.
  const least = k < weights.length ? 0 : ((1 - topP) * total) / weights.length;
  const likely: number[] = [];
  for (let id = 0; id < weights.length; id++) if (weights[id] >= least && weights[id] > 0) likely.push(id);
  const ids = amongLargest(weights, likely, k)
    .sort((a, b) => weights[b] - weights[a] || a - b)
    .slice(0, k);
  const whole = k < weights.length ? ids.reduce((sum, id) => sum + weights[id], 0) : total;
  let kept = ids.length;
  if (topP < 1) {
    let missing = topP * whole;
    kept = 0;
    while (kept < ids.length && missing > 0) missing -= weights[ids[kept++]];
    kept = Math.max(1, kept);
  }
  while (kept > 1 && weights[ids[kept - 1]] < minP * weights[ids[0]]) kept--;
  ids.length = kept;
  return { ids, total: ids.reduce((sum, id) => sum + weights[id], 0) };
}

const NO_NUMBERS = "the model's logits are not numbers: its weights are damaged";

/**
 * The next id. `position` numbers the draws, so that a generation is a function of its seed.
 * @throws Error where the logits are not finite
 */
export function sample(scores: Float32Array, seen: Seen, options: SamplingOptions, position: number): number {
  const { temperature = 1, seed = 0 } = options;
  const logits = adjusted(scores, seen, options);
  const best = argmax(logits);
  if (!Number.isFinite(logits[best])) throw new Error(NO_NUMBERS);
  if (temperature === 0) return best;
  const weights = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) weights[i] = Math.exp((logits[i] - logits[best]) / temperature);
  const { ids, total } = survivors(weights, options);
  if (!(total > 0)) throw new Error(NO_NUMBERS);
  const [word] = philox([position, 0, 0, 0], [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]);
  let left = uniform(word) * total;
  for (const id of ids) {
    left -= weights[id];
    if (left <= 0) return id;
  }
  return ids[ids.length - 1];
}

export interface LogProbabilities {
  /** Of the chosen token, natural logarithm. */
  readonly chosen: number;
  /** The most likely ids with theirs, by falling probability. */
  readonly top: readonly (readonly [id: number, logprob: number])[];
}

/** Log probabilities of the model itself: before penalties, bias and temperature. */
export function logProbabilities(scores: Float32Array, chosen: number, count: number): LogProbabilities {
  const largest = scores[argmax(scores)];
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - largest);
  const log = largest + Math.log(sum);
  if (count === 0) return { chosen: scores[chosen] - log, top: [] };
  const threshold = Float32Array.from(scores).sort()[Math.max(0, scores.length - count)];
  const top: number[] = [];
  for (let id = 0; id < scores.length; id++) if (scores[id] >= threshold) top.push(id);
  top.sort((a, b) => scores[b] - scores[a] || a - b);
  return { chosen: scores[chosen] - log, top: top.slice(0, count).map((id) => [id, scores[id] - log]) };
}
