import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { execute, type Hub, logHead } from '@tsudoi/hub';
import { CloudEvent, logStream } from '@tsudoi/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestHub, type TestHub } from '../../../../packages/hub/src/testing/database.ts';
import { silentLog } from '../roles/log.ts';
import { LogDiverged } from './log-stream.ts';
import { runPublisher } from './run-publisher.ts';

let observer: NatsConnection;
let testHub: TestHub;
let stop: AbortController;
let running: Promise<void>[];

beforeAll(async () => {
  observer = await connect(addressOf(process.env.TEST_NATS_URL));
});
afterAll(() => observer.close());
beforeEach(async () => {
  testHub = await createTestHub();
  stop = new AbortController();
  running = [];
  await deleteStream();
});
afterEach(async () => {
  stop.abort();
  await Promise.allSettled(running);
  await testHub.drop();
});

test('every event is stored as the message whose sequence is its position, in order', async () => {
  await append(testHub.hub, 30);
  publish();
  await append(testHub.hub, 30);
  const head = await published(testHub.hub);
  for (let sequence = 1; sequence <= head; sequence++)
    expect((await message(sequence)).position).toBe(sequence);
});

test('two publishers that race store every position once', async () => {
  publish();
  publish();
  await Promise.all([append(testHub.hub, 60), append(testHub.hub, 60)]);
  const head = await published(testHub.hub);
  expect(head).toBeGreaterThanOrEqual(120);
  for (let sequence = 1; sequence <= head; sequence++)
    expect((await message(sequence)).position).toBe(sequence);
});

test('a publisher that starts anew goes on where the stream ends', async () => {
  publish();
  await append(testHub.hub, 20);
  const before = await published(testHub.hub);
  stop.abort();
  await Promise.all(running);
  stop = new AbortController();
  await append(testHub.hub, 20);
  publish();
  expect(await published(testHub.hub)).toBeGreaterThan(before);
  expect((await message(before + 1)).position).toBe(before + 1);
});

test('a stream that was deleted is filled again with the same messages, even if nothing new happens', async () => {
  publish();
  await append(testHub.hub, 20);
  const head = await published(testHub.hub);
  const first = await message(1);
  await deleteStream();
  expect(await published(testHub.hub)).toBe(head);
  expect(await message(1)).toEqual(first);
});

test('a stream that belongs to another log halts the publisher and stays as it is', async () => {
  publish();
  await append(testHub.hub, 10);
  await published(testHub.hub);
  stop.abort();
  await Promise.all(running);
  const before = await lastSequence();

  const other = await createTestHub();
  try {
    await append(other.hub, 40);
    stop = new AbortController();
    await expect(start(other.hub)).rejects.toThrow(LogDiverged);
    expect(await lastSequence()).toBe(before);
    const [row] = await other.hub.sql`select error from reactor where name = 'publisher'`;
    expect(row.error).toContain('is not a copy of this log');
  } finally {
    await other.drop();
  }
});

test('a stream that is ahead of a restored log halts the publisher', async () => {
  publish();
  await append(testHub.hub, 10);
  await published(testHub.hub);
  stop.abort();
  await Promise.all(running);
  const empty = await createTestHub();
  try {
    stop = new AbortController();
    await expect(start(empty.hub)).rejects.toThrow(/the stream is ahead/);
  } finally {
    await empty.drop();
  }
});

function publish(): void {
  running.push(start(testHub.hub));
}

function start(hub: Hub): Promise<void> {
  const { servers, user, pass } = addressOf(process.env.TEST_NATS_URL);
  const settings = { NATS_URL: servers, NATS_USER: user, NATS_PASSWORD: pass, HUB_URL: 'http://hub.test' };
  return runPublisher(hub, settings, { log: silentLog, signal: stop.signal });
}

function addressOf(url = '') {
  const { host, username, password } = new URL(url);
  return { servers: `nats://${host}`, user: username || undefined, pass: password || undefined };
}

async function append(hub: Hub, people: number): Promise<void> {
  for (let i = 0; i < people; i++) {
    const personId = randomUUID();
    await execute(
      hub,
      { type: 'person.join', data: { personId, displayName: 'a person', opennessAgreed: true } },
      { actor: { kind: 'system', name: 'test' }, commandId: randomUUID() },
    );
  }
}

/** Waits until the stream has the whole log; answers the head. */
async function published(hub: Hub): Promise<number> {
  const { position } = await logHead(hub.sql);
  while ((await lastSequence()) < position) await new Promise((resolve) => setTimeout(resolve, 20));
  return position;
}

async function lastSequence(): Promise<number> {
  const manager = await jetstreamManager(observer);
  return manager.streams.info(logStream).then(
    (info) => info.state.last_seq,
    () => 0,
  );
}

async function message(sequence: number): Promise<CloudEvent> {
  const manager = await jetstreamManager(observer);
  const stored = await manager.streams.getMessage(logStream, { seq: sequence });
  return CloudEvent.parse(stored?.json());
}

async function deleteStream(): Promise<void> {
  const manager = await jetstreamManager(observer);
  await manager.streams.delete(logStream).catch(() => false);
}
