// `--plan`: measures a few steps on the spot and says what this machine can train by when.

import { planTraining, type TrainingPlan } from '../../train/plan.ts';
import { duration, short } from './format.ts';
import { openSession, type Settings } from './session.ts';

export interface MeasuredPlan extends TrainingPlan {
  readonly parameters: number;
  readonly tokensPerSecond: number;
}

const [WARM_UP, MEASURED] = [1, 3];

export async function plan(settings: Settings): Promise<MeasuredPlan> {
  const session = await openSession(settings);
  try {
    for (let i = 0; i < WARM_UP; i++) await session.trainer.step(session.batch(i));
    const startedAt = performance.now();
    for (let i = 0; i < MEASURED; i++) await session.trainer.step(session.batch(WARM_UP + i));
    const seconds = (performance.now() - startedAt) / 1000;
    const tokensPerSecond = (MEASURED * session.tokensPerStep) / seconds;
    const { parameters, flopsPerToken, recipe, data } = session;
    const tokens = recipe.pretrain.steps * session.tokensPerStep;
    const corpusTokens = data.shards.length;
    const planned = planTraining({ parameters, flopsPerToken, tokensPerSecond, tokens, corpusTokens });
    return { parameters, tokensPerSecond, ...planned };
  } finally {
    session.close();
  }
}

export function printPlan(plan: MeasuredPlan, now: Date): string {
  const until = (seconds: number) =>
    seconds < 86400 * 3650
      ? new Date(now.getTime() + 1000 * seconds).toISOString().slice(0, 16).replace('T', ' ')
      : '-';
  const fitted = (loss: number | undefined) => (loss === undefined ? '' : `, fitted loss ${loss.toFixed(2)}`);
  return [
    `${short(plan.parameters)} parameters, ${short(plan.tokensPerSecond)} tokens/s measured over ${MEASURED} steps`,
    ...plan.model.map(
      (row) =>
        `${row.what}: ${short(row.tokens)} tokens in ${duration(row.seconds)}, done by ${until(row.seconds)} UTC${fitted(row.loss)}`,
    ),
    'best use of this machine, at the same flops per second and 20 tokens per parameter:',
    ...plan.budgets.map(
      (b) =>
        `  ${duration(b.seconds).padStart(9)}: ${short(b.parameters).padStart(6)} parameters, ${short(b.tokens).padStart(6)} tokens${fitted(b.loss)}`,
    ),
    'a fitted loss (from 40M parameters on) compares plans; on your text and vocabulary it will be another',
    ...plan.warnings.map((w) => `note: ${w}`),
  ].join('\n');
}
