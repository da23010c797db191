import { z } from 'zod';
import { CloudEvent, cloudEventType } from './cloud-event.ts';
import type { EventDefinition } from './events/define.ts';
import { eventDefinitions } from './events/registry.ts';
import { logStream, logSubject } from './subjects.ts';

type Json = Record<string, unknown>;

const definitions: readonly EventDefinition[] = eventDefinitions;

/** JSON Schema (draft 2020-12) of one event as it travels: the CloudEvent with the data of its newest version. */
export function eventJsonSchema({ type, stream, version, data }: EventDefinition): Json {
  const shape = CloudEvent.extend({
    type: z.literal(cloudEventType(stream, type)),
    schemaversion: z.literal(version),
    data,
  });
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'output', unrepresentable: 'any' }) as Json;
  return { title: type, ...schema };
}

/**
 * The AsyncAPI 3.0 document of the hub's streams: one channel an event type on NATS. Everything is derived from the
 * registry of events, so a new event cannot be forgotten.
 */
export function asyncApiDocument(): Json {
  const channels: Json = {};
  const messages: Json = {};
  const operations: Json = {};
  for (const definition of definitions) {
    const { type, stream, version } = definition;
    channels[type] = {
      address: logSubject('{group}', stream, type),
      parameters: { group: { $ref: '#/components/parameters/group' } },
      messages: { [type]: { $ref: `#/components/messages/${type}` } },
    };
    messages[type] = {
      name: cloudEventType(stream, type),
      title: type,
      contentType: 'application/cloudevents+json',
      'x-schema-version': version,
      payload: eventJsonSchema(definition),
    };
    operations[`on${type}`] = {
      action: 'receive',
      channel: { $ref: `#/channels/${type}` },
      messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
    };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tsudoi events',
      version: '1.0.0',
      description: [
        'Everything that happens in the hub, as CloudEvents 1.0 in commit order and without gaps.',
        `On NATS the JetStream stream ${logStream} holds them with stream sequence = position; the same events come as`,
        'server-sent events and by signed webhooks. Keep the last position you handled and ask from there after a break.',
      ].join(' '),
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: {
      nats: {
        host: '{host}:{port}',
        protocol: 'nats',
        variables: { host: { default: 'localhost' }, port: { default: '4222' } },
        security: [{ $ref: '#/components/securitySchemes/credentials' }],
      },
    },
    defaultContentType: 'application/cloudevents+json',
    channels,
    operations,
    components: {
      messages,
      parameters: {
        group: {
          description: 'Slug of the working group the event belongs to; "_" where it belongs to none.',
        },
      },
      securitySchemes: {
        credentials: {
          type: 'userPassword',
          description: 'Issued for a subscription of a working group; shown once, may be revoked.',
        },
      },
    },
  };
}
