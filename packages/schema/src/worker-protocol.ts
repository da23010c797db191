import { z } from 'zod';
import { JobId, RunId, Sha256 } from './ids.ts';
import { JobNote } from './job-notes.ts';

/**
 * Calls of a donor's worker that are no commands: they change no domain state. Names are tRPC procedures of the portal
 * (`worker.<name>`); commands of the worker travel there too (`worker.claim`, `worker.complete`, ...).
 */
export const HeartbeatInput = z.strictObject({
  jobId: JobId,
  epoch: z.int32().min(1),
  progress: z.number().min(0).max(1),
  /** A note that this hub does not know (a worker of another version) reads as none: no reason to lose a lease. */
  note: JobNote.nullable().catch(null),
});
export const HeartbeatOutput = z.object({ expiresAt: z.iso.datetime() });

export const GrantUploadInput = z.strictObject({
  jobId: JobId,
  epoch: z.int32().min(1),
  sha256: Sha256,
  size: z.int().nonnegative(),
  mediaType: z.string().max(100),
});
/** `url` is relative to the hub or absolute (S3); null when the store has these bytes already. */
export const GrantUploadOutput = z.object({
  url: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
});

/** Settles an upload: the store is asked whether bytes of this hash and size are there. */
export const ConfirmUploadInput = z.strictObject({
  jobId: JobId,
  epoch: z.int32().min(1),
  sha256: Sha256,
  size: z.int().nonnegative(),
});

export const GrantDownloadInput = z.strictObject({ jobId: JobId, epoch: z.int32().min(1), sha256: Sha256 });
export const GrantDownloadOutput = z.object({ url: z.string() });

export const MetricPoint = z.strictObject({
  series: z.string().max(60),
  step: z.int32().nonnegative(),
  value: z.number(),
});
export const LogMetricsInput = z.strictObject({
  jobId: JobId,
  epoch: z.int32().min(1),
  runId: RunId,
  points: z.array(MetricPoint).min(1).max(2000),
});
export type MetricPoint = z.infer<typeof MetricPoint>;
