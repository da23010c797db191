import { decodeEvent, type RecordedEvent, type StreamType } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import frozen from '../../../schema/src/events/fixtures.json' with { type: 'json' };
import type { Queryable } from '../log/connection.ts';
import { allProjections } from './registry.ts';

const recorded: RecordedEvent[] = frozen.map(({ type, schemaVersion, data }, i) => ({
  event: decodeEvent(type, schemaVersion, data),
  ...{ position: i + 1, version: 1, schemaVersion, at: new Date(0), eventId: crypto.randomUUID() },
  ...{ streamType: 'person' as StreamType, streamId: crypto.randomUUID() },
  meta: {
    ...{ actor: 'system:test', commandId: crypto.randomUUID(), correlationId: crypto.randomUUID() },
    ...{ causationPosition: null, traceparent: null },
  },
}));

/** Answers nothing, and counts what it is asked. */
function counting(): { sql: Queryable; asked: () => number } {
  let asked = 0;
  const ask = () => {
    asked++;
    return Promise.resolve([]);
  };
  return { sql: Object.assign(ask, { json: (value: unknown) => value }) as never, asked: () => asked };
}

test.each(allProjections.map((projection) => [projection.name, projection] as const))(
  '%s: a rebuild, which reads only the types it names, passes over nothing that it takes up',
  async (_, projection) => {
    for (const one of recorded) {
      const { sql, asked } = counting();
      await projection.apply(sql, one);
      const named = projection.types?.includes(one.event.type) ?? true;
      if (!named) expect(asked(), one.event.type).toBe(0);
    }
    const known = new Set(recorded.map(({ event }) => event.type));
    for (const type of projection.types ?? []) expect(known).toContain(type);
  },
);
