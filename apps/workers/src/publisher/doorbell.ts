import type { NatsConnection } from '@nats-io/transport-node';
import { doorbellSubject, type EventEnvelope } from '@tsudoi/schema';

/** Finds the kinds of jobs: job id -> kind. */
export type KindsOfJobs = (jobIds: string[]) => Promise<Map<string, string>>;

/** The jobs that these events put into the queue, first time or again. */
export function queuedJobs(batch: EventEnvelope[]): string[] {
  const queued = batch.filter(({ type, data }) => {
    if (type === 'JobQueued') return true;
    return (
      (type === 'LeaseExpired' || type === 'JobFailed') && (data as { requeued?: boolean })?.requeued === true
    );
  });
  return [...new Set(queued.map((envelope) => envelope.streamId))];
}

/** Rings once for each kind of job that was queued. A lost ring costs a donor one polling interval and nothing else. */
export async function ringDoorbells(
  connection: NatsConnection,
  batch: EventEnvelope[],
  kindsOfJobs: KindsOfJobs,
): Promise<void> {
  const jobIds = queuedJobs(batch);
  if (jobIds.length === 0) return;
  const kinds = await kindsOfJobs(jobIds);
  for (const kind of new Set(kinds.values())) connection.publish(doorbellSubject(kind));
}
