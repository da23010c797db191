import { z } from 'zod';

/** How the result of a job is checked before it counts. */
export const Verification = z.discriminatedUnion('method', [
  /** The hub's own hash of every file is enough. */
  z.strictObject({ method: z.literal('hash') }),
  /** Two owners' nodes must produce the same bytes. */
  z.strictObject({ method: z.literal('re-execution') }),
  /** Two owners' nodes must report the same measures, each within its relative tolerance; files may differ. */
  z.strictObject({
    method: z.literal('tolerance'),
    measures: z
      .record(z.string().max(60), z.number().gt(0).max(1))
      .refine((all) => Object.keys(all).length > 0),
  }),
]);
export type Verification = z.infer<typeof Verification>;
