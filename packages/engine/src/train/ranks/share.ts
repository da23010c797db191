// Which part of a step's sequences a rank computes.

import type { PretrainSettings } from '@tsudoi/schema';
import { sequencesPerStep } from '../settings.ts';

/** What a rank does at once, and how often, so that all ranks together do what the settings say. */
export interface Share {
  readonly batchSize: number;
  readonly accumulation: number;
}

/** Undefined where the sequences of a step cannot be dealt out evenly. */
export function shareOf(settings: PretrainSettings, world: number): Share | undefined {
  const { batchSize, accumulation = 1 } = settings;
  if (accumulation % world === 0) return { batchSize, accumulation: accumulation / world };
  if (batchSize % world === 0) return { batchSize: batchSize / world, accumulation };
  return undefined;
}

/** The sequences of one rank out of the tokens [sequences, T + 1] of a step. */
export function sequencesOf(
  tokens: Int32Array,
  settings: PretrainSettings,
  { rank, world }: { readonly rank: number; readonly world: number },
): Int32Array {
  const own = (sequencesPerStep(settings) / world) * (settings.sequenceLength + 1);
  return tokens.subarray(rank * own, (rank + 1) * own);
}
