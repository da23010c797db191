// Learning rates as functions of the step: linear warm-up, then one of
//   cosine   half a cosine down to a floor (Loshchilov & Hutter 2016, arXiv 1608.03983)
//   linear   a straight line down to it
//   wsd      warm-up, stable, decay (Hu et al. 2024, arXiv 2404.06395): flat, then down over the last steps, by
//            default as 1 - sqrt(progress), as LLM-jp v4 does

export interface LearningRateSchedule {
  /** Default cosine. */
  readonly kind?: 'cosine' | 'linear' | 'wsd';
  readonly warmupSteps: number;
  readonly totalSteps: number;
  /** Rate at the end as a fraction of the peak; default 0.1. */
  readonly finalFraction?: number;
  /** wsd: steps of the decay at the end; default a tenth of all. */
  readonly decaySteps?: number;
  /** wsd: the form of the decay. */
  readonly decay?: 'sqrt' | 'linear';
}

/** How much of the way from peak to floor is left at a progress of 0..1. */
const shapes = {
  cosine: (progress: number) => 0.5 * (1 + Math.cos(Math.PI * progress)),
  linear: (progress: number) => 1 - progress,
  sqrt: (progress: number) => 1 - Math.sqrt(progress),
};

/** Rate of step 1, 2, ...: `peak * step / warmup` first, `peak * finalFraction` from the last step on. */
export function learningRate(peak: number, schedule: LearningRateSchedule, step: number): number {
  const { kind = 'cosine', warmupSteps, totalSteps, finalFraction = 0.1, decay = 'sqrt' } = schedule;
  if (step <= warmupSteps) return (peak * step) / warmupSteps;
  const decaySteps =
    kind === 'wsd' ? (schedule.decaySteps ?? Math.ceil(totalSteps / 10)) : totalSteps - warmupSteps;
  const begin = Math.max(warmupSteps, totalSteps - decaySteps);
  const progress = Math.min(1, Math.max(0, step - begin) / Math.max(1, totalSteps - begin));
  const left = shapes[kind === 'wsd' ? decay : kind](progress);
  return peak * (finalFraction + (1 - finalFraction) * left);
}
