import { z } from 'zod';
import { type EventEnvelope, eventDefinition, liftEventData } from './events/registry.ts';

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
  data: z.unknown().describe("Null where the content is its owner's own business."),
  position: z
    .int()
    .min(1)
    .describe('Place in the log: without gaps, in commit order. Keep the last one you handled.'),
  streamversion: z.int().min(1).describe('Number of the event in its stream, without gaps.'),
  schemaversion: z.int().min(1).describe('Version of the shape of data for this type.'),
  hash: z.string().describe('Link of the hash chain over the log.'),
  group: z.string().optional().describe('Slug of the working group it belongs to.'),
  traceparent: z.string().optional().describe('W3C trace context of the command that caused it.'),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

export const cloudEventType = (streamType: string, type: string) => `${TYPE_PREFIX}.${streamType}.${type}`;

/**
 * @param source URI of the hub, such as its public address
 * @param group slug of the working group the event belongs to
 */
export function toCloudEvent(
  envelope: EventEnvelope,
  { source, group }: { source: string; group: string | null },
): CloudEvent {
  const { data, schemaVersion } = newest(envelope);
  return {
    specversion: '1.0',
    id: envelope.eventId,
    source,
    type: cloudEventType(envelope.streamType, envelope.type),
    subject: envelope.streamId,
    time: envelope.at,
    datacontenttype: 'application/json',
    data: isPrivateEvent(envelope) ? null : data,
    position: envelope.position,
    streamversion: envelope.version,
    schemaversion: schemaVersion,
    hash: envelope.hash,
    ...(group === null ? {} : { group }),
    ...(envelope.traceparent === null ? {} : { traceparent: envelope.traceparent }),
  };
}

/** Data in the shape that is documented. What this release cannot lift goes out as it is stored, with its version. */
function newest({ type, schemaVersion, data }: EventEnvelope): { data: unknown; schemaVersion: number } {
  try {
    const definition = eventDefinition(type);
    return { data: liftEventData(definition, schemaVersion, data), schemaVersion: definition.version };
  } catch {
    return { data, schemaVersion };
  }
}

/** The log holds no personal data; what somebody calls a token or where a webhook goes is still nobody else's business. */
export function isPrivateEvent({ streamType, type }: Pick<EventEnvelope, 'streamType' | 'type'>): boolean {
  return streamType === 'webhook' || streamType === 'subscription' || /^Token/.test(type);
}
