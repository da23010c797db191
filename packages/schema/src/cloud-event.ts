import { z } from 'zod';
import type { EventEnvelope } from './events/registry.ts';

/** Prefix of the type attribute, in reversed-DNS style without claiming a domain: `tsudoi.source.SourceProposed`. */
const TYPE_PREFIX = 'tsudoi';

/**
 * An event as outsiders get it on NATS, server-sent events and webhooks: CloudEvents 1.0, structured mode, JSON. `id` is
 * the event's id for ever (a replay repeats it); `position` orders all events and is what a consumer keeps.
 * Extension attributes are lower case and without separators, as CloudEvents asks.
 */
export const CloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  source: z.string().describe('The hub that recorded the event.'),
  type: z.string().describe('tsudoi.<kind of stream>.<event type>'),
  subject: z.string().describe('Id of the stream, such as that of the source or job.'),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
  position: z
    .int()
    .min(1)
    .describe('Place in the log: without gaps, in commit order. Keep the last one you handled.'),
  streamversion: z.int().min(1).describe('Number of the event in its stream, without gaps.'),
  schemaversion: z.int().min(1).describe('Version of the shape of data for this type.'),
  hash: z.string().describe('Link of the hash chain over the log.'),
  traceparent: z.string().optional().describe('W3C trace context of the command that caused it.'),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

export const cloudEventType = (streamType: string, type: string) => `${TYPE_PREFIX}.${streamType}.${type}`;

/** @param source URI-reference of the hub, such as its public address */
export function toCloudEvent(envelope: EventEnvelope, source: string): CloudEvent {
  return {
    specversion: '1.0',
    id: envelope.eventId,
    source,
    type: cloudEventType(envelope.streamType, envelope.type),
    subject: envelope.streamId,
    time: envelope.at,
    datacontenttype: 'application/json',
    data: envelope.data,
    position: envelope.position,
    streamversion: envelope.version,
    schemaversion: envelope.schemaVersion,
    hash: envelope.hash,
    ...(envelope.traceparent === null ? {} : { traceparent: envelope.traceparent }),
  };
}

/** The envelope back; `toCloudEvent` loses nothing of it. */
export function fromCloudEvent(event: CloudEvent): EventEnvelope {
  const [, streamType, type] = event.type.split('.');
  return {
    position: event.position,
    eventId: event.id,
    streamType: streamType ?? '',
    streamId: event.subject,
    version: event.streamversion,
    type: type ?? '',
    schemaVersion: event.schemaversion,
    data: event.data,
    traceparent: event.traceparent ?? null,
    at: event.time,
    hash: event.hash,
  };
}
