import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Actor, type Hub, logHead } from '@tsudoi/hub';
import { newPerson, send, system } from '@tsudoi/hub/testing';
import { CloudEvent, logStream, subscriberDomain, subscriptionInbox } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { proposal } from '../../../packages/hub/src/testing/samples.ts';
import { Stage } from '../fault/stage.ts';

// Servers of its own, with the roles as processes. Which nats-server, PATH says: 2.9 is the oldest, newer ones count too.
let stage: Stage;
let hub: Hub;
const groups = { corpus: randomUUID(), model: randomUUID() };
let owner: Actor;

beforeAll(async () => {
  stage = await Stage.open();
  hub = stage.hub();
  stage.startRoles('publisher', 'subscribers');
  for (const [slug, groupId] of Object.entries(groups)) {
    const data = { groupId, slug, nameJa: `${slug}グループ`, nameEn: `Group ${slug}` };
    await send(hub, system, { type: 'group.create', data });
  }
  owner = await newPerson(hub);
  for (const groupId of Object.values(groups)) {
    await send(hub, owner, { type: 'group.join', data: { groupId } });
  }
});
afterAll(() => stage.close());

test('a subscriber reads its own group in order and with acknowledgements, and can do nothing else', async () => {
  const { user, secret } = await subscribed(groups.corpus);
  for (const groupId of [groups.model, groups.corpus, null, groups.corpus]) await propose(groupId);
  const connection = await connected(user, secret);
  const consumer = await jetstream(connection, { domain: subscriberDomain }).consumers.get(logStream, user);
  const before = (await logHead(hub.sql)).position;

  const seen: CloudEvent[] = [];
  const messages = await consumer.consume({ max_messages: 10 });
  for await (const message of messages) {
    const event = CloudEvent.parse(message.json());
    expect(message.seq).toBe(event.position);
    seen.push(event);
    await message.ackAck();
    if (seen.filter(({ type }) => type.endsWith('SourceProposed')).length === 2) break;
  }
  expect(new Set(seen.map(({ group }) => group))).toEqual(new Set(['corpus']));
  expect(seen.map(({ position }) => position)).toEqual(
    seen.map(({ position }) => position).toSorted((a, b) => a - b),
  );

  // What is not allowed is refused by the server, and the log stays as it is.
  const refused = (subject: string) => refusedBy(connection, subject);
  for (const subject of [
    'log.corpus.source.SourceProposed',
    'jobs.avail.ingest',
    `$JS.API.STREAM.CREATE.MINE`,
    `$JS.API.STREAM.PURGE.${logStream}`,
    `$JS.API.STREAM.MSG.GET.${logStream}`,
    `$JS.API.CONSUMER.CREATE.${logStream}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${logStream}.mine`,
    `$JS.API.CONSUMER.DELETE.${logStream}.${user}`,
    `$JS.${subscriberDomain}.API.CONSUMER.MSG.NEXT.${logStream}.sub_of_another`,
  ]) {
    expect([subject, await refused(subject)]).toEqual([subject, true]);
  }
  for (const subject of ['log.>', 'log.model.>', '_INBOX.>', '$JS.API.>']) {
    expect([subject, await listeningIsRefused(connection, subject)]).toEqual([subject, true]);
  }
  // A reply address is chosen by whoever asks: it must not lead into the log either.
  await propose(groups.corpus);
  const inTheLog = 'log.corpus.source.SourceProposed';
  connection.publish(`$JS.${subscriberDomain}.API.CONSUMER.MSG.NEXT.${logStream}.${user}`, '1', {
    reply: inTheLog,
  });
  await connection.flush();
  await propose(groups.model);
  const { position } = await logHead(hub.sql);
  await published(position);
  expect(await lastSequence()).toBe(position);
  expect(position).toBeGreaterThan(before);
  await connection.close();
});

test('a closed subscription is cut off at once, and an exchanged secret opens nothing any more', async () => {
  const first = await subscribed(groups.model);
  const connection = await connected(first.user, first.secret);
  const cut = connection.closed();
  const { result } = await send(hub, owner, {
    type: 'subscription.issueCredential',
    data: { subscriptionId: first.subscriptionId },
  });
  await cut; // the server ends what was opened with the old secret
  await expect(connectOnce(first.user, first.secret)).rejects.toThrow(/authorization/i);
  const second = await connected(first.user, (result as { secret: string }).secret);
  const ended = second.closed();
  await send(hub, owner, {
    type: 'subscription.close',
    data: { subscriptionId: first.subscriptionId },
  });
  await ended;
  await expect(connectOnce(first.user, (result as { secret: string }).secret)).rejects.toThrow(
    /authorization/i,
  );
  const consumers = async () => (await consumerNames()).includes(first.user);
  while (await consumers()) await new Promise((resolve) => setTimeout(resolve, 20));
});

test('whoever leaves the group is cut off', async () => {
  const { user, secret } = await subscribed(groups.model);
  const connection = await connected(user, secret);
  const cut = connection.closed();
  await send(hub, owner, { type: 'group.leave', data: { groupId: groups.model } });
  await cut;
  await expect(connectOnce(user, secret)).rejects.toThrow(/authorization/i);
});

test('no secret is in the log, and the answer to a repetition has none', async () => {
  const { subscriptionId } = await subscribed(groups.corpus);
  const rows = await hub.sql`select data::text as text from event where stream_id = ${subscriptionId}`;
  for (const { text } of rows) expect(text).not.toContain('tsudoi_stream_');
  expect(rows.map(({ text }) => text).join()).toContain('$2b$');
});

async function subscribed(groupId: string) {
  const subscriptionId = randomUUID();
  const data = { subscriptionId, groupId, label: 'a test', topics: ['*'], afterPosition: 0 };
  await send(hub, owner, { type: 'subscription.open', data });
  const { result } = await send(hub, owner, {
    type: 'subscription.issueCredential',
    data: { subscriptionId },
  });
  return { subscriptionId, ...(result as { user: string; secret: string }) };
}

const propose = (groupId: string | null) =>
  send(hub, owner, { type: 'source.propose', data: proposal({ groupId }) });

const connectOnce = (user: string, secret: string) =>
  connect({
    servers: stage.natsUrl,
    user,
    pass: secret,
    inboxPrefix: subscriptionInbox(user),
    reconnect: false,
  });

/** As soon as the server knows the user and the consumer is there. */
async function connected(user: string, secret: string): Promise<NatsConnection> {
  for (;;) {
    const connection = await connectOnce(user, secret).catch(() => null);
    if (connection && (await consumerNames()).includes(user)) return connection;
    await connection?.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function asHub<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await stage.connectNats();
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const consumerNames = () =>
  asHub(async (connection) => {
    const names: string[] = [];
    const manager = await jetstreamManager(connection);
    for await (const { name } of manager.consumers.list(logStream)) names.push(name);
    return names;
  }).catch(() => [] as string[]);

const lastSequence = () =>
  asHub(
    async (connection) => (await (await jetstreamManager(connection)).streams.info(logStream)).state.last_seq,
  );

async function published(position: number): Promise<void> {
  while ((await lastSequence()) < position) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function refusedBy(connection: NatsConnection, subject: string): Promise<boolean> {
  const said = nextPermissionError(connection, subject);
  connection.publish(subject, '{}');
  await connection.flush();
  return said;
}

async function listeningIsRefused(connection: NatsConnection, subject: string): Promise<boolean> {
  const subscription = connection.subscribe(subject, { callback: () => {} });
  const said = nextPermissionError(connection, subject);
  await connection.flush();
  const refused = await said;
  subscription.unsubscribe();
  return refused;
}

async function nextPermissionError(connection: NatsConnection, subject: string): Promise<boolean> {
  const deadline = setTimeout(() => statuses.return?.(), 3000);
  const statuses = connection.status()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await statuses.next();
      if (done) return false;
      if (value.type === 'error' && value.error.message.includes(`"${subject}"`)) return true;
    }
  } finally {
    clearTimeout(deadline);
  }
}
