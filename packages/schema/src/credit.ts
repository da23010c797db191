import { z } from 'zod';
import { streamTypes } from './events/define.ts';

/** For what credit is given: one entry for one piece of work that was accepted. The portal shows the rule in words. */
export const CreditRule = z.enum([
  'source-accepted', // proposed a source that reviewers accepted
  'source-reviewed', // reviewed a proposal that was then decided
  'item-written', // wrote an item that all its reviewers have seen
  'item-reviewed',
  'item-adjudicated',
  'job-done', // lent the machine whose result was verified
  'run-completed', // registered a run that came to its end
  'safety-assessed',
  'statement', // work outside the hub, stated by a lead: led, built, wrote, organised
]);
export type CreditRule = z.infer<typeof CreditRule>;

/** The stream in which anybody can look the work up. */
export const CreditEvidence = z.strictObject({
  streamType: z.enum(streamTypes),
  streamId: z.string().max(80),
  position: z.int().min(1).nullable(),
});
export type CreditEvidence = z.infer<typeof CreditEvidence>;
