import { cloudEventType } from './cloud-event.ts';
import { eventSchemas, type JsonSchema } from './event-schemas.ts';
import type { EventDefinition } from './events/define.ts';
import { eventDefinitions } from './events/registry.ts';
import { logStream, logSubject } from './subjects.ts';

const definitions: readonly EventDefinition[] = eventDefinitions;

/**
 * The AsyncAPI 3.0 document of the hub's streams: one channel an event type on NATS. Everything is derived from the
 * registry of events, so a new event cannot be forgotten.
 */
export function asyncApiDocument(): JsonSchema {
  const channels: JsonSchema = {};
  const messages: JsonSchema = {};
  const operations: JsonSchema = {};
  const { events, shared } = eventSchemas('#/components/schemas/');
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
      payload: events[type],
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
      schemas: shared,
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
