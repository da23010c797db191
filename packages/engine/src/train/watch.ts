// Watches the loss. A spike is a smoothed loss far above the recent median, measured in robust deviations:
//
//   e_t = 0.5 e_(t-1) + 0.5 loss_t
//   spike when e_t - median > max(threshold * 1.4826 * MAD, 0.2)
//
// median and MAD (median absolute deviation) of the last 64 sound losses, from 16 on. The smoothing lets one hard
// batch pass, the floor of 0.2 nats keeps a converged, very even loss from raising false alarms, and a loss that
// falls quickly is below its median. A loss or gradient norm that is not finite is a spike at once.

export interface WatchOptions {
  /** Default 8. */
  readonly threshold?: number;
  /** Rollbacks after which the run is given up; default 5. */
  readonly maxRollbacks?: number;
}

export const watchDefaults = { threshold: 8, maxRollbacks: 5 } as const;

export type Verdict =
  | { readonly kind: 'sound' }
  /** Above the line by itself, not yet smoothed: nothing is saved until it is clear. */
  | { readonly kind: 'suspect' }
  | { readonly kind: 'spike' | 'not-finite'; readonly message: string };

const WINDOW = 64;
const ENOUGH = 16;
/** Losses judged again after a resume: far more than the window and the smoothing remember. */
const REPLAY = 4096;
const SMOOTHING = 0.5;
const LEAST = 0.2;
/** Standard deviations per MAD of a normal distribution. */
const NORMAL = 1.4826;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export interface LossWatcher {
  /** Judges one more step. */
  judge(loss: number, gradNorm: number): Verdict;
  /** Stands as after judging these losses, one after the other: after a rollback or a resume. */
  reset(losses: readonly number[]): void;
}

export function createLossWatcher(options: WatchOptions = {}): LossWatcher {
  const { threshold } = { ...watchDefaults, ...options };
  let recent: number[] = [];
  let smoothed: number | undefined;

  const line = (): { centre: number; limit: number } | undefined => {
    if (recent.length < ENOUGH) return undefined;
    const centre = median(recent);
    const deviation = NORMAL * median(recent.map((x) => Math.abs(x - centre)));
    return { centre, limit: centre + Math.max(threshold * deviation, LEAST) };
  };
  const accept = (loss: number) => {
    recent.push(loss);
    if (recent.length > WINDOW) recent.shift();
  };

  const judge = (loss: number, gradNorm: number): Verdict => {
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
      return { kind: 'not-finite', message: `the loss is ${loss} and the gradient norm ${gradNorm}` };
    }
    smoothed = smoothed === undefined ? loss : SMOOTHING * smoothed + (1 - SMOOTHING) * loss;
    const now = line();
    if (now && smoothed > now.limit) {
      const numbers = `${smoothed.toFixed(3)} (smoothed) against a median of ${now.centre.toFixed(3)}`;
      return { kind: 'spike', message: `the loss is ${numbers}; the limit is ${now.limit.toFixed(3)}` };
    }
    if (now && loss > now.limit) return { kind: 'suspect' };
    accept(loss);
    return { kind: 'sound' };
  };

  return {
    judge,
    reset(losses) {
      recent = [];
      smoothed = undefined;
      for (const loss of losses.slice(-REPLAY)) judge(loss, 0);
    },
  };
}
