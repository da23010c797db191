import type { JetStreamClient } from '@nats-io/jetstream';
import type { PublicEvent } from '@tsudoi/hub';
import { type CloudEvent, logStream, logSubject } from '@tsudoi/schema';

/** Above this, an event travels without its data, which is read from the hub instead (NATS takes 1 MiB a message). */
const MAX_BYTES = 512 * 1024;

/**
 * Publishes consecutive events, all in flight at once. The server takes each only as the message after the one before
 * it, so what is stored is always a gapless beginning of the batch, whoever else publishes.
 * @returns how many were stored by this call, counted from the first, and the error that stopped the rest.
 */
export async function publishBatch(
  client: JetStreamClient,
  batch: PublicEvent[],
): Promise<{ stored: number; error: unknown }> {
  const sent = await Promise.allSettled(
    batch.map(async ({ envelope, group, cloudEvent }) => {
      const subject = logSubject(group, envelope.streamType, envelope.type);
      const ack = await client.publish(subject, encode(cloudEvent), {
        timeout: 5000,
        expect: { streamName: logStream, lastSequence: envelope.position - 1 },
      });
      if (ack.seq !== envelope.position)
        throw new Error(`event ${envelope.position} was stored as message ${ack.seq}`);
    }),
  );
  const refused = sent.findIndex((one) => one.status === 'rejected');
  if (refused < 0) return { stored: batch.length, error: null };
  return { stored: refused, error: (sent[refused] as PromiseRejectedResult).reason };
}

function encode(event: CloudEvent): string {
  const whole = JSON.stringify(event);
  return Buffer.byteLength(whole) <= MAX_BYTES ? whole : JSON.stringify({ ...event, data: null });
}
