import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Hub, logHead, projectionStatus, verifyChain, waitForProjections } from '@tsudoi/hub';
import { newPerson } from '@tsudoi/hub/testing';
import { canonicalJson } from '@tsudoi/schema';
import type { Fault } from '../fault.ts';
import { kill, until } from '../stage.ts';

export const newerRelease: Fault = {
  name: 'newer-release',
  fault: 'a newer release has written an event that the running one does not know, and then takes over',
  invariant:
    'commands and publication go on with it; read models stop in front of it and say so, since passing it over could lose it; the newer release catches up',
  async run(stage) {
    const hub = stage.hub({ owner: true });
    stage.startRoles('publisher');
    const old = stage.startRoles('projector');
    for (let i = 0; i < 5; i++) await newPerson(hub);
    await writeFuture(hub);
    const unknown = (await logHead(hub.sql)).position;
    for (let i = 0; i < 5; i++) await newPerson(hub);
    const { position } = await logHead(hub.sql);
    await until('NATS has all', 10, async () => {
      return (await stage.published((copy) => copy.lastSequence())) === position;
    });
    const stopped = () => hub.sql<{ name: string; position: number; error: string }[]>`
      select name, position, error from projection where error is not null`;
    await until('the read models have stopped', 10, async () => (await stopped()).length > 0);
    const [{ error }] = await stopped();
    const passedOver = (await projectionStatus(hub)).find((one) => one.position >= unknown);
    await kill(old);
    stage.startRolesWith({ preload: join(import.meta.dirname, 'future-event.ts') }, 'projector');
    const seen = `at ${unknown}: ${error}; published up to ${position}`;
    if (passedOver) return { problem: `${passedOver.name} passed it over`, seen };
    const caughtUp = await waitForNewer(hub, position);
    return { problem: caughtUp ? (await verifyChain(hub.sql)).problem : 'it does not catch up', seen };
  },
};

/** The old release's errors stand until the new one has started. */
async function waitForNewer(hub: Hub, position: number): Promise<boolean> {
  await until('the newer release has begun', 20, async () =>
    (await projectionStatus(hub)).every(({ error }) => error === null),
  );
  return waitForProjections(hub, position, 20_000);
}

async function writeFuture(hub: Hub): Promise<void> {
  const place = { streamType: 'group', streamId: crypto.randomUUID(), version: 1 };
  const event = { type: 'GroupTeleported', schemaVersion: 1, data: { to: 'elsewhere' } };
  const commandId = crypto.randomUUID();
  const meta = { actor: 'system:newer', commandId, correlationId: commandId };
  const content = {
    ...place,
    eventId: crypto.randomUUID(),
    ...event,
    ...{ meta: { ...meta, causationPosition: null, traceparent: null }, sealed: null, subjectId: null },
  };
  const hash = createHash('sha256').update(canonicalJson(content), 'utf8').digest();
  const row = {
    ...{ stream_type: place.streamType, stream_id: place.streamId, version: 1, event_id: content.eventId },
    ...{ type: event.type, schema_version: 1, data: event.data, meta: content.meta },
  };
  const stream = { stream_type: place.streamType, stream_id: place.streamId, base: 0, count: 1 };
  await hub.sql`select append_events(${JSON.stringify([row])}::text::json, ${hash}::bytea,
    ${JSON.stringify([stream])}::text::json, '[]'::json)`;
}
