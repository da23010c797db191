// Learning rates as functions of the step: linear warm-up, then half a cosine down to a floor.

export interface LearningRateSchedule {
  readonly warmupSteps: number;
  readonly totalSteps: number;
  /** Rate at the end as a fraction of the peak; default 0.1. */
  readonly finalFraction?: number;
}

/** Rate of step 1, 2, ...: `peak * step / warmup` first, `peak * finalFraction` from the last step on. */
export function learningRate(peak: number, schedule: LearningRateSchedule, step: number): number {
  const { warmupSteps, totalSteps, finalFraction = 0.1 } = schedule;
  if (step <= warmupSteps) return (peak * step) / warmupSteps;
  const span = Math.max(1, totalSteps - warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / span);
  const cosine = 0.5 * (1 + Math.cos(Math.PI * progress));
  return peak * (finalFraction + (1 - finalFraction) * cosine);
}
