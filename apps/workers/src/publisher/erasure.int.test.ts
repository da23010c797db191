import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import {
  type Actor,
  activity,
  createObjectStore,
  createSession,
  execute,
  findSession,
  groups,
  type Hub,
  logHead,
  personForIdentity,
  profileOf,
  rebuild,
  sourcePage,
  verifyChain,
} from '@tsudoi/hub';
import { type Command, logStream } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { allProjections } from '../../../../packages/hub/src/projections/registry.ts';
import { createTestHub, type TestHub } from '../../../../packages/hub/src/testing/database.ts';
import { proposal } from '../../../../packages/hub/src/testing/samples.ts';
import { silentLog } from '../roles/log.ts';
import { runPublisher } from './run-publisher.ts';

let testHub: TestHub;
let hub: Hub;
let nats: NatsConnection;
const objects = mkdtempSync(join(tmpdir(), 'tsudoi-erasure-'));
const spies = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));

beforeAll(async () => {
  testHub = await createTestHub();
  hub = testHub.hub;
  const url = new URL(process.env.TEST_NATS_URL ?? '');
  nats = await connect({ servers: url.host, user: url.username, pass: url.password });
  await (await jetstreamManager(nats)).streams.delete(logStream).catch(() => {});
});
afterAll(async () => {
  await nats.close();
  await testHub.drop();
  rmSync(objects, { recursive: true, force: true });
});

const mark = () => `mark${randomUUID().replaceAll('-', '')}`;
const send = (actor: Actor, command: Command) => execute(hub, command, { actor, commandId: randomUUID() });

test('names, addresses and identities are in clear in no event, message, object or log line, and nowhere after erasure', async () => {
  const [subject, firstName, newName, email, comment] = [
    mark(),
    mark(),
    mark(),
    `${mark()}@example.org`,
    mark(),
  ];
  const markers = [subject, firstName, newName, email, comment];
  const identity = { provider: 'oidc', subject, displayName: firstName };
  const personId = await personForIdentity(hub, identity);
  const person: Actor = { kind: 'person', personId };
  const { secret } = await createSession(hub, { personId, userAgent: 'test' });
  await send(person, { type: 'person.changeProfile', data: { displayName: newName, email } });
  expect(await profileOf(hub, personId)).toEqual({ displayName: newName, email });
  const { sourceId } = await workInTheOpen(person);
  await waitingReview(person, comment);
  await keepAnObject();

  // Before: only the public display name is in clear, and only in the profile.
  expect(await tablesWith([subject, firstName, email, comment])).toEqual([]);
  expect(await tablesWith([newName])).toEqual(['public.profile']);

  await send(person, { type: 'person.erase', data: { personId } });
  for (const { name } of allProjections) await rebuild(hub, name);

  expect(await tablesWith(markers)).toEqual([]);
  const messages = await publishedText();
  const stored = filesBelow(objects).map((file) => readFileSync(file).toString('latin1'));
  const printed = spies.flatMap((spy) => spy.mock.calls.map((call) => call.map(String).join(' ')));
  for (const text of [...messages, ...stored, ...printed]) {
    for (const marker of markers) expect(text.includes(marker)).toBe(false);
  }
  expect(messages).toHaveLength((await logHead(hub.sql)).position);
  expect(stored.length).toBeGreaterThan(0);

  // What is left is a tombstone: the work stays, under a number.
  expect((await verifyChain(hub.sql)).problem).toBeNull();
  expect(await profileOf(hub, personId)).toBeNull();
  expect(await findSession(hub, secret)).toBeNull();
  const source = (await sourcePage(hub)).items.find((one) => one.sourceId === sourceId)!;
  expect(source.proposer).toEqual({ personId, displayName: '' });
  const doer = (await activity(hub, { limit: 50, streamId: sourceId })).at(-1)!.actor;
  expect(doer).toEqual({ personId, displayName: '' });
  expect((await groups(hub)).flatMap(({ members }) => members.map((one) => one.personId))).not.toContain(
    personId,
  );
  await expect(
    send(person, { type: 'source.withdraw', data: { sourceId, reason: 'x' } }),
  ).rejects.toMatchObject({ code: 'auth.not-permitted' });
  // Whoever signs in again is somebody new.
  expect(await personForIdentity(hub, { ...identity, displayName: 'x' })).not.toBe(personId);
});

const system: Actor = { kind: 'system', name: 'test' };

/** Things people do in public: they stay on record, without a name. */
async function workInTheOpen(person: Actor) {
  const groupId = randomUUID();
  const group = { groupId, slug: 'safety', nameJa: '安全性', nameEn: 'Safety' };
  await send(system, { type: 'group.create', data: group });
  await send(person, { type: 'group.join', data: { groupId } });
  const data = proposal();
  await send(person, { type: 'source.propose', data });
  return data;
}

/** A review that still waits for the others: sealed under its writer's key, so it goes with them. */
async function waitingReview(person: Actor, comment: string) {
  const [setId, itemId] = [randomUUID(), randomUUID()];
  const values = ['ok', 'bad'].map((value) => ({ value, ja: value, en: value, helpJa: '', helpEn: '' }));
  const categories = [{ key: 'safe', ja: '安全', en: 'Safe', scale: 'nominal' as const, values }];
  const lead = await joined('lead');
  const set = {
    setId,
    groupId: null,
    titleJa: '安全性の審査',
    titleEn: 'Safety',
    guideline: 'x',
    categories,
    ...{ reviewsPerItem: 2, settle: 'majority' as const, licence: 'CC-BY-4.0', sensitive: true },
  };
  await send(lead, { type: 'annotation.drawUp', data: set });
  const items = [{ itemId, content: { text: '質問', reply: null } }];
  await send(lead, { type: 'annotation.addItems', data: { setId, items } });
  await send(lead, { type: 'annotation.open', data: { setId } });
  await send(person, { type: 'annotation.claim', data: { setId } });
  await send(person, { type: 'annotation.review', data: { itemId, answers: { safe: 'ok' }, comment } });
}

async function joined(role: 'lead'): Promise<Actor> {
  const personId = randomUUID();
  const data = { personId, displayName: 'somebody', opennessAgreed: true };
  await send(system, { type: 'person.join', data });
  await send(system, { type: 'person.grantRole', data: { personId, role, groupId: null } });
  return { kind: 'person', personId };
}

/** The evidence page somebody keeps beside a proposal: an ordinary object. */
async function keepAnObject() {
  const settings = { OBJECT_STORE: 'filesystem' as const, OBJECT_DIR: objects, HUB_SECRET: 'x'.repeat(32) };
  const store = createObjectStore({ ...settings, S3_BUCKET: 'x' }, hub.sql);
  const bytes = Buffer.from('terms of use');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.put(sha256, bytes.length, 'text/plain', Readable.from([bytes]));
}

/** The tables of the whole database in which one of the texts is, as text or as bytes; values out of line included. */
async function tablesWith(texts: string[]): Promise<string[]> {
  const tables = await hub.sql<{ name: string }[]>`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1`;
  const needles = texts.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
  const found: string[] = [];
  for (const { name } of tables) {
    const [{ rows }] = await hub.sql<{ rows: number }[]>`
      select count(*)::int as rows from ${hub.sql(name)} t
      where exists (select from unnest(${needles}::text[]) as needle where strpos(t::text, needle) > 0)`;
    if (rows > 0) found.push(name);
  }
  return found;
}

/** Publishes the whole log and answers every message of the stream as text. */
async function publishedText(): Promise<string[]> {
  const { host, username, password } = new URL(process.env.TEST_NATS_URL ?? '');
  const settings = {
    NATS_URL: `nats://${host}`,
    NATS_USER: username,
    NATS_PASSWORD: password,
    HUB_URL: 'http://hub.test',
  };
  const stop = new AbortController();
  const publisher = runPublisher(hub, settings, { log: silentLog, signal: stop.signal });
  const manager = await jetstreamManager(nats);
  const { position } = await logHead(hub.sql);
  const last = () =>
    manager.streams.info(logStream).then(
      ({ state }) => state.last_seq,
      () => 0,
    );
  await vi.waitUntil(async () => (await last()) >= position, { timeout: 20_000, interval: 20 });
  stop.abort();
  await publisher;
  const texts: string[] = [];
  for (let seq = 1; seq <= position; seq++) {
    const message = await manager.streams.getMessage(logStream, { seq });
    texts.push(`${message?.subject} ${message?.string()}`);
  }
  return texts;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}
