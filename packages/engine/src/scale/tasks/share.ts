import { z } from 'zod';

/**
 * Which shards of a deduplication the units of a plan are, where it holds one rank's share of them: unit i is shard
 * first + i x step. Without it the units are all the shards there are.
 */
export const Share = z.strictObject({ first: z.int().nonnegative(), step: z.int().positive() });
export type Share = z.infer<typeof Share>;

export const shardOf = (unit: number, { share }: { readonly share?: Share }): number =>
  share ? share.first + unit * share.step : unit;
