import { expect, test } from 'vitest';
import { asyncApiDocument } from './asyncapi.ts';
import { isPrivateEvent } from './cloud-event.ts';
import { eventSchemas } from './event-schemas.ts';
import { eventDefinitions } from './events/registry.ts';

const { events, shared } = eventSchemas('#/$defs/');

function references(of: unknown): string[] {
  return [...JSON.stringify(of).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to);
}

test('every reference leads to a shape that is there, and every shape that is there is referred to', () => {
  const used = new Set(references({ events, shared }));
  expect([...used].sort()).toEqual(
    Object.keys(shared)
      .map((name) => `#/$defs/${name}`)
      .sort(),
  );
  const document = asyncApiDocument();
  for (const reference of references(document)) {
    const found = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
    expect([reference, typeof found]).toEqual([reference, 'object']);
  }
});

test('a shape that many events carry is described once', () => {
  expect(Object.keys(shared)).toEqual(
    expect.arrayContaining(['CloudEvent', 'Manifest', 'Recipe', 'RunCard']),
  );
  const text = JSON.stringify(events);
  expect(text).not.toContain('"specversion"');
  expect(text).not.toContain('"pretrain"');
});

test('what goes out without its content is described without it', () => {
  for (const { type, stream } of eventDefinitions) {
    const [, own] = events[type].allOf as { properties: { data: { type?: string } } }[];
    expect([type, own.properties.data.type === 'null']).toEqual([
      type,
      isPrivateEvent({ streamType: stream, type }),
    ]);
  }
});
