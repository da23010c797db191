import { z } from 'zod';
import { UseRights } from './source-part.ts';

/** Why a use is not allowed, or what it obliges to. `rule` is a key of the licence rules; `licence` an SPDX id. */
export const LicenceReason = z.strictObject({ rule: z.string(), licence: z.string() });
export type LicenceReason = z.infer<typeof LicenceReason>;

/** What may be done with a source or an artifact, computed and never typed in. */
export const LicenceVerdict = z.strictObject({
  /** The SPDX expressions that went in, sorted. */
  expressions: z.array(z.string()),
  rights: UseRights,
  obligations: z.array(LicenceReason),
  refusals: z.array(LicenceReason),
});
export type LicenceVerdict = z.infer<typeof LicenceVerdict>;
