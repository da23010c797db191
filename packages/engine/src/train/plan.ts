// What a machine can train by when. Two rules of Hoffmann et al. 2022 (arXiv 2203.15556, "Chinchilla"): a compute budget
// is spent best at about 20 tokens per parameter, and the loss follows
//
//   L(N, D) = E + A / N^alpha + B / D^beta
//
// with the constants of the replication by Besiroglu et al. 2024 (arXiv 2404.10102), which fits the published runs
// better than the paper's own. They are nats per token of those authors' English text and vocabulary: good for
// comparing plans with each other, not for foretelling the loss on another corpus.

export const TOKENS_PER_PARAMETER = 20;
const [E, A, B, ALPHA, BETA] = [1.8172, 482.01, 2085.43, 0.3478, 0.3658];

/** The smallest models of the fit; below them it is no more than a line drawn on. */
const SMALLEST = 4e7;

/** Loss of the parametric fit for N parameters after D tokens; undefined below the sizes it was made on. */
export const fittedLoss = (parameters: number, tokens: number): number | undefined =>
  parameters < SMALLEST ? undefined : E + A / parameters ** ALPHA + B / tokens ** BETA;

/** Size and tokens that spend a budget of flops best, by C = 6 N D and D = 20 N. */
export function bestFor(flops: number): { parameters: number; tokens: number } {
  const parameters = Math.sqrt(flops / (6 * TOKENS_PER_PARAMETER));
  return { parameters, tokens: TOKENS_PER_PARAMETER * parameters };
}

export interface PlanInput {
  readonly parameters: number;
  /** Of a training step. */
  readonly flopsPerToken: number;
  /** Measured on this machine with this model. */
  readonly tokensPerSecond: number;
  /** Tokens the recipe trains on. */
  readonly tokens: number;
  /** Tokens there are; more means that they are seen again. */
  readonly corpusTokens?: number;
}

export interface PlanRow {
  readonly what: string;
  readonly tokens: number;
  readonly seconds: number;
  readonly loss: number | undefined;
}

export interface TrainingPlan {
  /** This model: the recipe's tokens, and 20 tokens a parameter. */
  readonly model: readonly PlanRow[];
  /** What the same rate of flops makes of a length of time with a size chosen for it. */
  readonly budgets: readonly {
    seconds: number;
    parameters: number;
    tokens: number;
    loss: number | undefined;
  }[];
  readonly warnings: readonly string[];
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const BUDGETS = [HOUR, 8 * HOUR, DAY, 7 * DAY, 30 * DAY];
/** Up to here repeated tokens are nearly as good as new ones (Muennighoff et al. 2023, arXiv 2305.16264). */
const GOOD_EPOCHS = 4;

export function planTraining(input: PlanInput): TrainingPlan {
  const { parameters, flopsPerToken, tokensPerSecond, tokens, corpusTokens } = input;
  const row = (what: string, count: number): PlanRow => ({
    ...{ what, tokens: count, seconds: count / tokensPerSecond, loss: fittedLoss(parameters, count) },
  });
  const best = TOKENS_PER_PARAMETER * parameters;
  const warnings: string[] = [];
  const perParameter = tokens / parameters;
  if (perParameter < TOKENS_PER_PARAMETER / 4) {
    warnings.push(
      `${perParameter.toPrecision(2)} tokens per parameter: a smaller model would come further in the same time`,
    );
  }
  if (corpusTokens !== undefined && tokens > GOOD_EPOCHS * corpusTokens) {
    const epochs = (tokens / corpusTokens).toFixed(1);
    warnings.push(`the corpus is seen ${epochs} times; past ${GOOD_EPOCHS} times a token teaches little`);
  }
  const rate = flopsPerToken * tokensPerSecond;
  return {
    model: [row('the recipe', tokens), row(`${TOKENS_PER_PARAMETER} tokens per parameter`, best)],
    budgets: BUDGETS.map((seconds) => {
      const size = bestFor(rate * seconds);
      return { seconds, ...size, loss: fittedLoss(size.parameters, size.tokens) };
    }),
    warnings,
  };
}
