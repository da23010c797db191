// Several processes of one machine that train together. Each computes the gradients of its share of a batch; what must
// be the same on all of them goes through `sum`, which also keeps them in step.

/** What one process sees of the others. */
export interface RankGroup {
  /** From 0. */
  readonly rank: number;
  readonly world: number;
  /** The sum over all processes, added in the order of their ranks: the same bits on each. Lengths must be equal. */
  sum(values: Float32Array): Promise<Float32Array>;
  /** Aborted after the same `sum` on every process. */
  readonly signal: AbortSignal;
}

/** Waits until every process is here. */
export const meet = async (group: RankGroup | undefined): Promise<void> =>
  void (await group?.sum(new Float32Array(0)));

/** The bytes that the first process gives, on all of them. */
export async function fromFirst(
  group: RankGroup,
  length: number,
  bytes: () => Uint8Array,
): Promise<Uint8Array> {
  const own = group.rank === 0 ? Float32Array.from(bytes()) : new Float32Array(length);
  return Uint8Array.from(await group.sum(own));
}

/** A sum in progress: what came from each rank so far. */
export class Gathering {
  readonly #parts: (Float32Array | undefined)[];

  constructor(world: number) {
    this.#parts = new Array(world).fill(undefined);
  }

  /**
   * Takes the part of a rank; the sum once it was the last one.
   * @throws RangeError when the ranks are not at the same place of the training
   */
  add(rank: number, part: Float32Array): Float32Array | undefined {
    const other = this.#parts.find((p) => p !== undefined);
    if (this.#parts[rank] || (other && other.length !== part.length)) {
      throw new RangeError(`rank ${rank} is not where the others are: ${part.length} values`);
    }
    this.#parts[rank] = part;
    if (this.#parts.includes(undefined)) return undefined;
    const [first, ...rest] = this.#parts as Float32Array[];
    this.#parts.fill(undefined);
    const sum = first.slice();
    for (const p of rest) for (let i = 0; i < sum.length; i++) sum[i] += p[i];
    return sum;
  }
}

/** To the launcher, and its answer. */
export interface Part {
  readonly values: Float32Array;
}
export interface Sum {
  readonly values: Float32Array;
  /** The training is to end here, on every rank. */
  readonly stop: boolean;
}

/**
 * Joins the group of the launcher that started this process. What interrupts a person's terminal is left to the launcher;
 * without it this process ends.
 */
export function joinGroup(rank: number, world: number, stopped: () => Error): RankGroup & { leave(): void } {
  if (!process.send) throw new Error('this process was not started by a launcher of ranks');
  const stop = new AbortController();
  const orphaned = () => process.exit(1);
  const ignore = () => {};
  process.once('disconnect', orphaned);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, ignore);
  return {
    rank,
    world,
    signal: stop.signal,
    sum: (values) =>
      new Promise((resolve) => {
        process.once('message', (answer: Sum) => {
          if (answer.stop && !stop.signal.aborted) stop.abort(stopped());
          resolve(answer.values);
        });
        process.send?.({ values } satisfies Part);
      }),
    leave() {
      process.off('disconnect', orphaned);
      process.disconnect();
    },
  };
}
