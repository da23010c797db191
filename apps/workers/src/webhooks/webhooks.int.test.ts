import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Actor, logHead, replayWebhook, webhookDeliveries } from '@tsudoi/hub';
import { CloudEvent } from '@tsudoi/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestHub, type TestHub } from '../../../../packages/hub/src/testing/database.ts';
import { newPerson, send } from '../../../../packages/hub/src/testing/scenario.ts';
import { silentLog } from '../roles/log.ts';
import { runWebhooks } from './run-webhooks.ts';

interface Received {
  path: string;
  id: string;
  signatures: string[];
  signed: string;
  event: CloudEvent;
}

let testHub: TestHub;
let owner: Extract<Actor, { kind: 'person' }>;
let stop: AbortController;
let roles: Promise<void>[];
const received: Received[] = [];
const registered: string[] = [];
/** How the receiver answers on a path; everything else is taken with 204. */
const answers = new Map<string, (response: ServerResponse, request: IncomingMessage) => void>();
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    const { headers, url: path = '' } = request;
    const [id, at] = [headers['webhook-id'], headers['webhook-timestamp']].map(String);
    const signatures = String(headers['webhook-signature']).split(' ');
    const event = CloudEvent.parse(JSON.parse(body));
    received.push({ path, id, signatures, signed: `${id}.${at}.${body}`, event });
    const answer = answers.get(path);
    if (answer) answer(response, request);
    else response.writeHead(204).end();
  });
});
let base: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  testHub = await createTestHub();
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await testHub.drop();
});
beforeEach(async () => {
  owner = await newPerson(testHub.hub);
  received.length = 0;
  answers.clear();
  stop = new AbortController();
  roles = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(roles);
  for (const webhookId of registered.splice(0)) {
    await send(testHub.hub, owner, { type: 'webhook.delete', data: { webhookId } });
  }
});

const backOff = { firstMs: 20, longestMs: 100, failuresAllowed: 4 };

function start(change: Partial<Parameters<typeof runWebhooks>[1]> = {}): void {
  const settings = { source: 'http://hub.test', allowLoopback: true, timeoutMs: 500, backOff, ...change };
  roles.push(runWebhooks(testHub.hub, settings, { log: silentLog, signal: stop.signal }));
}

async function register(path: string, url = `${base}${path}`) {
  const webhookId = randomUUID();
  const data = { webhookId, groupId: null, url, topics: ['person'] };
  const { result } = await send(testHub.hub, owner, { type: 'webhook.register', data });
  registered.push(webhookId);
  return { webhookId, secret: (result as { secret: string }).secret };
}

/** People who joined from now on: positions of the events that a webhook about people must get. */
async function happen(people: number): Promise<number[]> {
  const { position } = await logHead(testHub.hub.sql);
  for (let i = 0; i < people; i++) await newPerson(testHub.hub);
  const rows = await testHub.hub
    .sql`select position from event where position > ${position} and stream_type = 'person' order by position`;
  return rows.map((row) => Number(row.position));
}

const at = (path: string) => received.filter((one) => one.path === path).map(({ event }) => event.position);
const attempts = async (webhookId: string) =>
  (await webhookDeliveries(testHub.hub, owner.personId, { webhookId, limit: 500 })).deliveries;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isSignedWith(secret: string, { signed, signatures }: Received): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return signatures.includes(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
}

test('every event arrives once, in order, signed; two processes share the work; history says so', async () => {
  const { webhookId, secret } = await register('/good');
  start();
  start();
  const positions = await happen(12);
  await until(() => at('/good').length >= positions.length);
  expect(at('/good')).toEqual(positions);
  for (const one of received) {
    expect(one.id).toBe(one.event.id);
    expect(isSignedWith(secret, one)).toBe(true);
  }
  await until(async () => (await attempts(webhookId)).length === positions.length);
  expect((await attempts(webhookId))[0]).toMatchObject({ status: 204, attempt: 1, error: null });
});

test('deliveries carry the time of the database: a receiver takes them although our clock is ten minutes off', async () => {
  await register('/clock');
  const realTime = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: realTime - 10 * 60_000 });
  try {
    start();
    await happen(1);
    await until(() => at('/clock').length > 0);
  } finally {
    vi.useRealTimers();
  }
  const [, seconds] = received[0].signed.split('.');
  expect(Math.abs(Number(seconds) * 1000 - realTime)).toBeLessThan(60_000);
});

test('after a change of secrets both are good for a day', async () => {
  const { webhookId, secret } = await register('/rotated');
  const { result } = await send(testHub.hub, owner, { type: 'webhook.rotateSecret', data: { webhookId } });
  start();
  await happen(1);
  await until(() => at('/rotated').length > 0);
  const [one] = received;
  expect(isSignedWith(secret, one)).toBe(true);
  expect(isSignedWith((result as { secret: string }).secret, one)).toBe(true);
  await testHub.hub.sql`update webhook_secret set ends_at = clock_timestamp() where ends_at is not null`;
  received.length = 0;
  await happen(1);
  await until(() => at('/rotated').length > 0);
  expect(isSignedWith(secret, received[0])).toBe(false);
});

test('a failing receiver gets the same delivery again, later and later, and nothing is passed over', async () => {
  let failures = 2;
  answers.set('/flaky', (response) => response.writeHead(failures-- > 0 ? 500 : 200).end());
  const { webhookId } = await register('/flaky');
  start();
  const positions = await happen(3);
  await until(() => at('/flaky').length === positions.length + 2);
  expect(at('/flaky')).toEqual([positions[0], positions[0], ...positions]);
  expect(new Set(received.slice(0, 3).map(({ id }) => id)).size).toBe(1);
  await until(async () => (await attempts(webhookId)).length === positions.length + 2);
  const tried = (await attempts(webhookId)).toReversed();
  expect(tried.slice(0, 3).map(({ status, attempt }) => [status, attempt])).toEqual([
    [500, 1],
    [500, 2],
    [200, 3],
  ]);
});

test('slow, endless, redirecting and closing receivers fail in bounded time, and hold up nobody else', async () => {
  answers.set('/slow', () => {});
  answers.set('/redirect', (response) => response.writeHead(302, { location: `${base}/elsewhere` }).end());
  answers.set('/cut', (response) => response.destroy());
  answers.set('/endless', (response) => {
    response.writeHead(200);
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
    };
    response.on('drain', write);
    write();
  });
  const hooks = new Map<string, string>();
  for (const path of ['/slow', '/redirect', '/cut', '/endless', '/fine']) {
    hooks.set(path, (await register(path)).webhookId);
  }
  start({ backOff: { ...backOff, failuresAllowed: 1000 } });
  const positions = await happen(1);
  await until(() => at('/fine').length >= positions.length && at('/endless').length >= positions.length);
  const first = async (path: string) => (await attempts(hooks.get(path)!)).at(-1);
  await until(async () => (await first('/slow')) !== undefined && (await first('/cut')) !== undefined);
  expect(await first('/slow')).toMatchObject({ status: null, error: 'no answer in time' });
  expect((await first('/slow'))!.ms).toBeLessThan(3000);
  expect(await first('/redirect')).toMatchObject({ status: 302 });
  expect(await first('/cut')).toMatchObject({ status: null, error: 'ECONNRESET' });
  expect(at('/elsewhere')).toEqual([]);
});

test('after too many failures it is paused; resumed, it goes on where it stood', async () => {
  let broken = true;
  answers.set('/broken', (response) => response.writeHead(broken ? 503 : 200).end());
  const { webhookId } = await register('/broken');
  start();
  const positions = await happen(2);
  const paused = async () =>
    (await testHub.hub.sql`select from event where stream_id = ${webhookId} and type = 'WebhookPaused'`)
      .length > 0;
  await until(paused);
  expect(at('/broken')).toEqual(Array(backOff.failuresAllowed).fill(positions[0]));
  broken = false;
  await send(testHub.hub, owner, { type: 'webhook.resume', data: { webhookId } });
  await until(() => at('/broken').includes(positions.at(-1)!));
  expect(at('/broken').slice(backOff.failuresAllowed)).toEqual(positions);
});

test('replay delivers again from a position, with the same ids; only its owner may ask', async () => {
  const { webhookId } = await register('/replay');
  start();
  const positions = await happen(3);
  await until(() => at('/replay').length === positions.length);
  const ids = received.map(({ id }) => id);
  const afterPosition = positions[0];
  await replayWebhook(testHub.hub, owner.personId, { webhookId, afterPosition });
  await until(() => at('/replay').length === 2 * positions.length - 1);
  expect(at('/replay').slice(positions.length)).toEqual(positions.slice(1));
  expect(received.map(({ id }) => id).slice(positions.length)).toEqual(ids.slice(1));
  const other = await newPerson(testHub.hub);
  const foreign = { code: 'webhook.unknown' };
  await expect(
    replayWebhook(testHub.hub, other.personId, { webhookId, afterPosition }),
  ).rejects.toMatchObject(foreign);
  await expect(webhookDeliveries(testHub.hub, other.personId, { webhookId })).rejects.toMatchObject(foreign);
});

test('private addresses get nothing: not by number, not by name, not by a name that changes', async () => {
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    return name === 'mixed.test'
      ? [
          { address: '93.184.215.14', family: 4 },
          { address: '10.0.0.1', family: 4 },
        ]
      : [{ address: '169.254.169.254', family: 4 }];
  };
  const urls = ['https://inside.test/x', 'https://mixed.test/x'];
  const literal = ['https://[::ffff:127.0.0.1]/x', 'https://192.168.0.1/x', 'https://0x7f.1/x'];
  for (const url of literal)
    await expect(register('', url)).rejects.toMatchObject({ code: 'webhook.private-address' });
  const hooks = await Promise.all([`${base}/local`, ...urls].map((url) => register('', url)));
  start({ allowLoopback: false, resolve });
  await happen(1);
  for (const { webhookId } of hooks) await until(async () => (await attempts(webhookId)).length > 0);
  const errors = await Promise.all(hooks.map(async ({ webhookId }) => (await attempts(webhookId))[0].error));
  expect(errors).toEqual(['not https', 'not a public address', 'not a public address']);
  expect(received).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(['inside.test', 'mixed.test']));
});

test('what was kept for a deleted webhook goes', async () => {
  const { webhookId } = await register('/gone');
  start();
  await happen(1);
  await until(() => at('/gone').length > 0);
  await send(testHub.hub, owner, { type: 'webhook.delete', data: { webhookId } });
  const { sql } = testHub.hub;
  await until(
    async () => (await sql`select from webhook_cursor where webhook_id = ${webhookId}`).length === 0,
  );
  expect(await sql`select from webhook_delivery where webhook_id = ${webhookId}`).toHaveLength(0);
});
