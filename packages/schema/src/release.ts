import { z } from 'zod';
import { AnnotationSetId, ArtifactId } from './ids.ts';
import { RejectionValue } from './rejection.ts';

/** What a release must pass. `reason` says why not. */
export const ReleaseCheckName = z.enum(['licence', 'safety', 'card']);
export type ReleaseCheckName = z.infer<typeof ReleaseCheckName>;
export const ReleaseCheck = z.strictObject({ check: ReleaseCheckName, reason: RejectionValue.nullable() });
export type ReleaseCheck = z.infer<typeof ReleaseCheck>;

/** What a safety assessment rests on. */
export const SafetyEvidence = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('artifact'), artifactId: ArtifactId }),
  z.strictObject({ kind: z.literal('annotation-set'), setId: AnnotationSetId, version: z.int().min(1) }),
]);
export type SafetyEvidence = z.infer<typeof SafetyEvidence>;

export const SafetyVerdict = z.enum(['acceptable', 'unacceptable']);
export type SafetyVerdict = z.infer<typeof SafetyVerdict>;
