import type { LintCode } from './lint-advice.ts';
import type { ModelSettings, PretrainSettings } from './recipes.ts';

export interface LintProblem {
  /** Dotted path within the settings of the training. */
  readonly field: string;
  readonly value: string;
  /** What to set instead, and why, in both languages: `lintAdvice`. */
  readonly code: LintCode;
  readonly params?: Readonly<Record<string, string | number>>;
}

/**
 * Peak learning rates that public runs of a size have survived: LLM-jp v3 and its 70B card. A 13B run with 2.5e-4 was
 * unstable and was started again with 2e-4; sizes between are read off on logarithmic axes.
 */
const SURVIVED: readonly (readonly [parameters: number, rate: number])[] = [
  [3.7e9, 3e-4],
  [7.3e9, 2.5e-4],
  [13.7e9, 2e-4],
  [70e9, 1e-4],
  [172e9, 8e-5],
];

/** The largest rate to try for a size; undefined below the sizes that are known to be delicate. */
export function largestRate(parameters: number): number | undefined {
  if (parameters < 3e9) return undefined;
  const next = SURVIVED.findIndex(([size]) => size >= parameters);
  if (next === 0) return SURVIVED[0][1];
  if (next < 0) return SURVIVED[SURVIVED.length - 1][1];
  const [[n0, r0], [n1, r1]] = [SURVIVED[next - 1], SURVIVED[next]];
  const share = Math.log(parameters / n0) / Math.log(n1 / n0);
  return r0 * (r1 / r0) ** share;
}

/** Weights inside the layers: what a size means before the vocabulary is known. */
function layerWeights(model: ModelSettings): number {
  const { hiddenSize: d, intermediateSize: f, layers } = model;
  if (model.architecture !== 'llama') return layers * (4 * d * d + 2 * d * f);
  return layers * (2 * d * d + (2 * d * d * model.keyValueHeads) / model.heads + 3 * d * f);
}

type Rule = (settings: PretrainSettings) => LintProblem | undefined;

const problem = (
  field: string,
  value: number,
  code: LintCode,
  params?: LintProblem['params'],
): LintProblem => ({ field, value: String(value), code, ...(params ? { params } : {}) });

const rules: readonly Rule[] = [
  ({ optimizer: { eps } }) => (eps > 1e-6 ? problem('optimizer.eps', eps, 'eps') : undefined),
  ({ optimizer: { minLearningRate, learningRate } }) =>
    minLearningRate > learningRate
      ? problem('optimizer.minLearningRate', minLearningRate, 'min-rate')
      : undefined,
  ({ optimizer: { warmupSteps }, steps }) =>
    warmupSteps >= steps ? problem('optimizer.warmupSteps', warmupSteps, 'warmup-steps') : undefined,
  ({ optimizer: { warmupSteps }, steps }) =>
    warmupSteps === 0 && steps >= 100
      ? problem('optimizer.warmupSteps', warmupSteps, 'no-warmup')
      : undefined,
  ({ optimizer: { beta2 } }) => (beta2 > 0.99 ? problem('optimizer.beta2', beta2, 'beta2') : undefined),
  ({ optimizer: { clipNorm } }) =>
    clipNorm > 10 ? problem('optimizer.clipNorm', clipNorm, 'clip-norm') : undefined,
  ({ optimizer: { weightDecay, learningRate } }) =>
    weightDecay * learningRate >= 0.1
      ? problem('optimizer.weightDecay', weightDecay, 'weight-decay')
      : undefined,
  ({ optimizer: { learningRate }, model }) => {
    const largest = largestRate(layerWeights(model));
    return largest !== undefined && learningRate > 1.05 * largest
      ? problem('optimizer.learningRate', learningRate, 'learning-rate', { largest: largest.toPrecision(2) })
      : undefined;
  },
  ({ optimizer: { schedule, warmupSteps }, steps }) =>
    schedule?.decaySteps !== undefined && schedule.decaySteps > steps - warmupSteps
      ? problem('optimizer.schedule.decaySteps', schedule.decaySteps, 'decay-steps')
      : undefined,
  ({ zLoss }) => (zLoss !== undefined && zLoss > 1e-2 ? problem('zLoss', zLoss, 'z-loss') : undefined),
  ({ model }) =>
    model.hiddenSize % model.heads !== 0 ? problem('model.heads', model.heads, 'heads') : undefined,
  ({ model }) =>
    model.architecture !== 'gpt2' && (model.hiddenSize / model.heads) % 2 !== 0
      ? problem('model.heads', model.heads, 'rope-heads')
      : undefined,
  ({ model }) =>
    model.architecture === 'llama' && model.heads % model.keyValueHeads !== 0
      ? problem('model.keyValueHeads', model.keyValueHeads, 'key-value-heads')
      : undefined,
  ({ checkpointEvery, steps }) =>
    checkpointEvery > steps ? problem('checkpointEvery', checkpointEvery, 'checkpoint-steps') : undefined,
  ({ checkpointEvery }) =>
    checkpointEvery > 1000 ? problem('checkpointEvery', checkpointEvery, 'checkpoint-rare') : undefined,
];

/** Settings that are known to have spoiled runs, in a fixed order; none for sound ones. */
export const lintPretrain = (settings: PretrainSettings): LintProblem[] =>
  rules.map((rule) => rule(settings)).filter((found) => found !== undefined);
