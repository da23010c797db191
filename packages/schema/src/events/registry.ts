import { z } from 'zod';
import { annotationItemEvents, annotationSetEvents } from './annotation.ts';
import { artifactEvents } from './artifact.ts';
import { creditEvents } from './credit.ts';
import type { EventDefinition, EventOf, StreamType } from './define.ts';
import { groupEvents } from './group.ts';
import { jobEvents } from './job.ts';
import { personEvents } from './person.ts';
import { releaseEvents } from './release.ts';
import { runEvents } from './run.ts';
import { sourceEvents } from './source.ts';
import { subscriptionEvents } from './subscription.ts';
import { webhookEvents } from './webhook.ts';

export const eventDefinitions = [
  ...personEvents,
  ...groupEvents,
  ...sourceEvents,
  ...annotationSetEvents,
  ...annotationItemEvents,
  ...jobEvents,
  ...runEvents,
  ...artifactEvents,
  ...releaseEvents,
  ...creditEvents,
  ...webhookEvents,
  ...subscriptionEvents,
] as const;

export type DomainEvent = EventOf<typeof eventDefinitions>;
export type EventType = DomainEvent['type'];

const byType = new Map<string, EventDefinition>(
  eventDefinitions.map((definition) => [definition.type, definition]),
);

export function eventDefinition(type: string): EventDefinition {
  const definition = byType.get(type);
  if (!definition) throw new UnknownEventType(type);
  return definition;
}

/** An older release may meet events of a newer one; readers decide whether to stop or to pass over. */
export class UnknownEventType extends Error {
  override readonly name = 'UnknownEventType';
  constructor(type: string) {
    super(`event type ${type} is not known to this release`);
  }
}

/**
 * Lifts stored data to the newest version of its type and checks it.
 * @throws UnknownEventType if a newer release wrote it
 */
export function decodeEvent(type: string, schemaVersion: number, data: unknown): DomainEvent {
  return { type, data: liftEventData(eventDefinition(type), schemaVersion, data) } as DomainEvent;
}

export function liftEventData(definition: EventDefinition, schemaVersion: number, data: unknown): unknown {
  const { type, version: newest, upcasts } = definition;
  if (schemaVersion > newest) throw new UnknownEventType(`${type} version ${schemaVersion}`);
  let lifted = data;
  for (let version = schemaVersion; version < newest; version++) {
    const upcast = upcasts[version];
    if (!upcast) throw new Error(`event ${type} has no upcast from version ${version}`);
    lifted = upcast(lifted);
  }
  return definition.data.parse(lifted);
}

/** Who caused an event, by which command, and in which trace. */
export const EventMeta = z.strictObject({
  actor: z.string(), // person:<uuid>, node:<token uuid> or system:<name>
  commandId: z.uuid(),
  correlationId: z.uuid(),
  causationPosition: z.int().nullable(),
  traceparent: z.string().nullable(),
});
export type EventMeta = z.infer<typeof EventMeta>;

/** An event with its place in the log. */
export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  position: number;
  eventId: string;
  streamType: StreamType;
  streamId: string;
  version: number;
  schemaVersion: number;
  event: E;
  meta: EventMeta;
  at: Date;
}

/** What travels on NATS: sequence = position. Consumers decode `data` with `decodeEvent`. */
export const EventEnvelope = z.object({
  position: z.int().min(1),
  eventId: z.uuid(),
  streamType: z.string(),
  streamId: z.string(),
  version: z.int().min(1),
  type: z.string(),
  schemaVersion: z.int().min(1),
  data: z.unknown(),
  traceparent: z.string().nullable(),
  at: z.iso.datetime(),
  hash: z.string(),
});
export type EventEnvelope = z.infer<typeof EventEnvelope>;
