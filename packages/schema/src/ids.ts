import { z } from 'zod';

/** Opaque ids. Streams and commands have UUIDs; an artifact's id is a hash of its manifest. */
export const Uuid = z.uuid().toLowerCase(); // stream ids are compared as text
export const PersonId = Uuid;
export const GroupId = Uuid;
export const SourceId = Uuid;
export const AnnotationSetId = Uuid;
export const AnnotationItemId = Uuid;
export const JobId = Uuid;
export const RunId = Uuid;
export const ReleaseId = Uuid;
export const CreditId = Uuid;
export const WebhookId = Uuid;
export const SubscriptionId = Uuid;
export const TokenId = Uuid;
export const CommandId = Uuid;

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** `art_` and the first 32 hex digits of the SHA-256 of the canonical manifest: the same work gives the same id. */
export const ArtifactId = z.string().regex(/^art_[0-9a-f]{32}$/);

export type PersonId = z.infer<typeof PersonId>;
export type SourceId = z.infer<typeof SourceId>;
export type JobId = z.infer<typeof JobId>;
export type RunId = z.infer<typeof RunId>;
export type ArtifactId = z.infer<typeof ArtifactId>;
