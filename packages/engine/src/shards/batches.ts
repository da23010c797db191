import { permute } from './permutation.ts';
import type { TokenSource } from './token-source.ts';

export interface Batches {
  /** Windows of one epoch; the tail that does not fill a window is left out. */
  readonly windows: number;
  /**
   * The batch of one optimiser step: [batchSize, sequenceLength + 1] token ids, row-major. Columns 0..T-1 are the
   * inputs and 1..T the targets. A pure function of `step`, so a resumed run sees exactly the same data.
   */
  batch(step: number): Int32Array;
}

/**
 * Deterministic global shuffle of packed sequences. Window `w` holds tokens `w T .. w T + T`, so neighbours share one
 * token and every token is predicted once an epoch. Each epoch has its own order; the only cursor is the step.
 */
export function createBatches(options: {
  tokens: TokenSource;
  sequenceLength: number;
  batchSize: number;
  seed: number;
}): Batches {
  const { tokens, sequenceLength, batchSize, seed } = options;
  const windows = Math.floor((tokens.length - 1) / sequenceLength);
  if (windows < 1) {
    throw new RangeError(`${tokens.length} tokens do not fill one sequence of ${sequenceLength} + 1`);
  }
  return {
    windows,
    batch(step) {
      const width = sequenceLength + 1;
      const rows = new Int32Array(batchSize * width);
      for (let row = 0; row < batchSize; row++) {
        const position = step * batchSize + row;
        const epoch = Math.floor(position / windows);
        const window = permute(position % windows, windows, seed, epoch);
        tokens.read(window * sequenceLength, rows.subarray(row * width, (row + 1) * width));
      }
      return rows;
    },
  };
}
