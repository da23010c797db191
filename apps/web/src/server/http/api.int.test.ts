import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { logHead } from '@tsudoi/hub';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openPortal, type Portal, proposal } from '../../testing/portal.ts';
import { policies } from './limits.ts';
import { openApiDocument } from './openapi.ts';

let portal: Portal;
let personId: string;
let bearer: Record<string, string>;

const scopes = ['source.propose', 'source.withdraw', 'annotation.annotate'];
/** A proposal as the HTTP API takes it: its command id travels in a header. */
function body(changes: Record<string, unknown> = {}) {
  const { commandId: _, ...rest } = proposal(changes);
  return rest;
}
const key = (id: string = randomUUID()) => ({ 'idempotency-key': id });

beforeAll(async () => {
  portal = await openPortal();
  personId = await portal.person('美咲', ['contributor']);
  ({ bearer } = await portal.token(personId, scopes));
});
afterAll(() => portal.close());

let logged: string[];
beforeEach(() => {
  logged = [];
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void logged.push(line));
});
afterEach(() => void vi.restoreAllMocks());

/** A refusal: its code and status, logged under the trace that the caller was told, and nothing in the log of events. */
async function refused(ask: () => ReturnType<Portal['http']>): Promise<[number, string | undefined]> {
  const before = await logHead(portal.hub.sql);
  const { status, headers, body: problem } = await ask();
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(problem).toMatchObject({ status, traceId: headers.get('trace-id') });
  expect(problem.detail).not.toContain('\n');
  expect(logged.some((line) => line.includes(`"${problem.code}"`) && line.includes(problem.traceId!))).toBe(
    true,
  );
  expect((await logHead(portal.hub.sql)).position).toBe(before.position);
  return [status, problem.code];
}

describe('commands over HTTP', () => {
  test('a proposal is made, read back after its position, and the same key again answers the same', async () => {
    const sent = { body: body(), ...bearer, ...key() };
    const first = await portal.http('POST', '/sources', sent);
    expect([first.status, first.body.result]).toEqual([200, { state: 'under-review', refusedBy: null }]);
    const head = await logHead(portal.hub.sql);
    const again = await portal.http('POST', '/sources', sent);
    expect(again.body).toEqual(first.body);
    expect((await logHead(portal.hub.sql)).position).toBe(head.position);
    const read = await portal.http('GET', `/sources/${sent.body.sourceId}`, {
      'x-tsudoi-after': String(first.body.position),
    });
    expect(read.body).toMatchObject({ sourceId: sent.body.sourceId, state: 'under-review' });
  });
  test('numbers, lists and objects arrive through a query', async () => {
    const rights = encodeURIComponent(JSON.stringify({ train: true, search: true, redistribute: false }));
    const verdict = await portal.http('GET', `/licence-verdict?expression=MIT&rights=${rights}`);
    expect(verdict.status).toBe(200);
    const ids = [randomUUID(), randomUUID()];
    expect((await portal.http('GET', `/job-kinds?${ids.map((id) => `jobIds=${id}`).join('&')}`)).status).toBe(
      200,
    );
    expect((await portal.http('GET', '/activity?limit=2')).body).toHaveLength(2);
  });
  test('every answer tells how many calls are left', async () => {
    const answer = await portal.http('GET', '/status', bearer);
    const { calls, seconds } = policies.token;
    expect(answer.headers.get('ratelimit-policy')).toBe(`"token";q=${calls};w=${seconds}`);
    expect(answer.headers.get('ratelimit')).toMatch(/^"token";r=59\d\d;t=\d+$/);
  });
  test('a cookie counts for nothing here, so no page elsewhere can act for who is signed in', async () => {
    const session = await portal.signIn(personId);
    expect(
      await refused(() => portal.http('POST', '/sources', { body: body(), ...key(), ...session })),
    ).toEqual([401, 'auth.sign-in-needed']);
  });
});

test("a page after one's own last event is never past the end, however soon it is asked for", async () => {
  const { GET } = await import('../../app/api/events/route.ts');
  for (let i = 0; i < 10; i++) {
    const { body: made } = await portal.http('POST', '/sources', { body: body(), ...bearer, ...key() });
    const answer = await GET(portal.request(`/api/events?after=${made.position}`));
    const page = (await answer.json()) as { position: number; head: number };
    expect([answer.status, page.position, page.head]).toEqual([200, made.position, made.position]);
  }
});

describe('bad input is refused in one line, logged with its trace, and changes nothing', () => {
  const post = (changes: Record<string, unknown>) => () =>
    portal.http('POST', '/sources', { body: body(), ...bearer, ...key(), ...changes });

  test.each([
    ['text that is not JSON', { body: '{"sourceId":' }, 400, 'api.not-json'],
    ['a list, such as a batch of a thousand calls', { body: Array(1000).fill({}) }, 400, 'api.not-json'],
    ['another media type', { 'content-type': 'text/plain' }, 400, 'api.not-json'],
    ['an empty body', { body: '' }, 400, 'input.invalid'],
    ['a member that no command knows', { body: { ...body(), state: 'accepted' } }, 400, 'input.invalid'],
    ['a command of a future version', { body: { ...body(), schemaVersion: 9 } }, 400, 'input.invalid'],
    ['a body of five megabytes', { body: { description: 'x'.repeat(5 << 20) } }, 413, 'body.too-large'],
    ['a character that cannot be stored', { body: body({ description: 'a\0b' }) }, 400, 'input.invalid'],
    ['a prototype in disguise', { body: '{"__proto__":{"kind":"system"}}' }, 400, 'input.invalid'],
    ['no id for the command', { 'idempotency-key': undefined }, 400, 'command.id-missing'],
    ['an id that is no UUID', { 'idempotency-key': '7' }, 400, 'input.invalid'],
    ['two ids', { body: { ...body(), commandId: randomUUID() } }, 400, 'command.id-differs'],
  ])('%s', async (_, changes, status, code) => {
    const sent = Object.fromEntries(
      Object.entries({ body: body(), ...bearer, ...key(), ...changes }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    expect(await refused(() => portal.http('POST', '/sources', sent))).toEqual([status, code]);
  });

  test('an address that is not there, a wrong method, a later version of the interface', async () => {
    expect(await refused(() => portal.http('POST', '/nothing'))).toEqual([404, 'api.unknown']);
    const answer = await portal.http('PUT', '/sources');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
    const { GET } = await import('../../app/api/[...path]/route.ts');
    const later = GET(portal.request('/api/v2/sources', { headers: { 'accept-language': 'en' } }));
    expect([later.status, ((await later.json()) as { code: string }).code]).toEqual([404, 'api.version']);
  });

  test('a stream or a page of events that cannot be: a place past the end, no such group, no such topic', async () => {
    const routes = {
      stream: (await import('../../app/api/stream/route.ts')).GET,
      events: (await import('../../app/api/events/route.ts')).GET,
    };
    for (const [path, GET] of Object.entries(routes)) {
      const ask = (query: string) =>
        refused(async () => {
          const answer = await GET(portal.request(`/api/${path}?${query}`));
          return { status: answer.status, headers: answer.headers, body: await answer.json() };
        });
      expect(await ask('after=999999999')).toEqual([422, 'subscription.ahead']);
      expect(await ask('after=latest')).toEqual([400, 'input.invalid']);
      expect(await ask('topics=weather')).toEqual([400, 'input.invalid']);
      expect(await ask('group=nobody')).toEqual([404, 'group.unknown']);
    }
  });

  test('text and numbers that the database cannot hold', async () => {
    const node = await portal.token(await portal.person('貸し手', ['contributor']), ['node.work']);
    const job = { jobId: randomUUID(), epoch: 1 };
    const asks: [string, string, object?][] = [
      ['GET', '/activity?streamId=%00'],
      ['GET', `/sources/${randomUUID()}/descendants?after=%00`],
      [
        'POST',
        '/worker/metrics',
        { ...job, runId: randomUUID(), points: [{ series: 'a\0', step: 0, value: 1 }] },
      ],
      [
        'POST',
        '/worker/failures',
        { ...job, retryable: true, rejection: { code: 'job.unknown', params: { 'a\0': 1 } } },
      ],
      ['POST', '/worker/heartbeats', { ...job, progress: 0, note: null, epoch: 2 ** 40 }],
      [
        'POST',
        '/worker/metrics',
        { ...job, runId: randomUUID(), points: [{ series: 'a', step: 2 ** 31, value: 1 }] },
      ],
      ['POST', '/worker/uploads', { ...job, sha256: 'a'.repeat(64), size: 1, mediaType: 'a\ud800' }],
    ];
    for (const [method, path, sent] of asks) {
      const ask = () => portal.http(method, path, { body: sent, ...node.bearer, ...key() });
      expect([path, ...(await refused(ask))]).toEqual([path, 400, 'input.invalid']);
    }
  });

  test('a key that was used for another command', async () => {
    const used = key();
    await post(used)();
    expect(await refused(post(used))).toEqual([409, 'command.id-reused']);
  });

  test('commands in the wrong order: a review before the proposal, a change of a version that is past', async () => {
    const reviewer = await portal.person('健', ['reviewer']);
    const { bearer: reviews } = await portal.token(reviewer, ['source.review']);
    const later = body();
    const review = (headers: Record<string, unknown>) =>
      portal.http('POST', `/sources/${later.sourceId}/reviews`, {
        body: { verdict: 'accept', comment: '', ...headers },
        ...reviews,
        ...key(),
      });
    expect((await refused(() => review({})))[1]).toBe('source.unknown');
    await portal.http('POST', '/sources', { body: later, ...bearer, ...key() });
    expect(await refused(() => review({ expectedVersion: 7 }))).toEqual([409, 'stream.conflict']);
  });

  test('an object of somebody else: another person can neither revise nor withdraw it', async () => {
    const mine = body();
    await portal.http('POST', '/sources', { body: mine, ...bearer, ...key() });
    const stranger = await portal.token(await portal.person('他人', ['contributor']), scopes);
    const withdraw = () =>
      portal.http('POST', `/sources/${mine.sourceId}/withdrawal`, {
        body: { reason: 'not mine' },
        ...stranger.bearer,
        ...key(),
      });
    expect((await refused(withdraw))[0]).toBe(403);
  });

  test('a refusal reads in the language that was asked for', async () => {
    const ja = await portal.http('GET', '/nothing', { 'accept-language': 'ja' });
    expect(ja.headers.get('content-language')).toBe('ja');
    expect(ja.body.detail).toContain('ありません');
  });

  test('a caller past its allowance waits, others do not', async () => {
    const flood = { 'x-tsudoi-client-address': '192.0.2.77' };
    const answers = [];
    for (let i = 0; i <= policies.address.calls; i++)
      answers.push(await portal.http('GET', '/nothing', flood));
    expect(answers.at(-2)?.status).toBe(404);
    const last = answers.at(-1)!;
    expect([last.status, last.body.code]).toEqual([429, 'rate.limited']);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    const other = await portal.http('GET', '/status', { 'x-tsudoi-client-address': '192.0.2.78' });
    expect(other.status).toBe(200);
  });

  test('a thousand calls in one request of the portal are refused in one line, and none is made', async () => {
    const before = await logHead(portal.hub.sql);
    const paths = Array.from({ length: 1000 }, () => 'sources.propose').join(',');
    const answer = await portal.trpc.POST(
      portal.request(`/api/trpc/${paths}?batch=1`, {
        method: 'POST',
        headers: { ...bearer, 'content-type': 'application/json', 'accept-language': 'en' },
        body: JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, proposal()]))),
      }),
    );
    const { rejection } = (await answer.json()) as { rejection: { code: string; text: string } };
    expect([answer.status, rejection.code]).toEqual([413, 'batch.too-large']);
    expect(rejection.text).toContain('1,000');
    expect((await logHead(portal.hub.sql)).position).toBe(before.position);
    expect(
      logged.some((line) => line.includes('batch.too-large') && /"traceId":"[0-9a-f]{32}"/.test(line)),
    ).toBe(true);
  });
});

describe('tokens end at once', () => {
  const propose = (who: Record<string, string>, changes: Record<string, unknown> = {}) =>
    portal.http('POST', '/sources', { body: body(changes), ...who, ...key() });

  test('of a member who left, and of one whose data was erased', async () => {
    for (const type of ['person.leave', 'person.erase'] as const) {
      const leaver = await portal.person('去る人', ['contributor']);
      const token = await portal.token(leaver, scopes);
      expect((await propose(token.bearer)).status).toBe(200);
      const session = await portal.signIn(leaver);
      const input = { commandId: randomUUID(), ...(type === 'person.erase' ? { personId: leaver } : {}) };
      const done = await portal.call(
        'mutation',
        type === 'person.leave' ? 'people.leave' : 'people.erase',
        input,
        session,
      );
      expect(done.status).toBe(200);
      expect(await refused(() => propose(token.bearer))).toEqual([401, 'auth.token-revoked']);
    }
  });

  test('of a member who was removed from the working group it is for', async () => {
    const groupId = randomUUID();
    const names = { slug: `g${groupId.slice(0, 8)}`, nameJa: 'グループ', nameEn: 'Group' };
    await portal.system({ type: 'group.create', data: { groupId, ...names } });
    const member = await portal.person('構成員', []);
    await portal.system({ type: 'group.addMember', data: { groupId, personId: member } });
    await portal.system({ type: 'person.grantRole', data: { personId: member, role: 'lead', groupId } });
    const { bearer: lead } = await portal.token(member, ['annotation.manage'], { groupId });
    const open = () =>
      portal.http('POST', `/annotation-sets/${randomUUID()}/opening`, { body: {}, ...lead, ...key() });
    expect((await open()).body.code).not.toBe('auth.not-permitted');
    await portal.system({ type: 'group.removeMember', data: { groupId, personId: member } });
    expect(await refused(open)).toEqual([403, 'auth.not-permitted']);
  });

  test('at its expiry by the clock of the database, whatever the clock of the portal says', async () => {
    const { bearer: short, tokenId } = await portal.token(personId, scopes, { days: 1 });
    for (const minutes of [-10, 10]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
      try {
        const done = await propose(short);
        expect(done.status).toBe(200);
        const [row] = await portal.hub.sql<{ late: number }[]>`
          select extract(epoch from clock_timestamp() - at)::float as late
          from event where position = ${done.body.position ?? 0}`;
        expect(Math.abs(row!.late)).toBeLessThan(60);
      } finally {
        vi.useRealTimers();
      }
    }
    await portal.hub.sql`update token_secret set expires_at = clock_timestamp() where token_id = ${tokenId}`;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 10 * 60_000 });
    try {
      expect(await refused(() => propose(short))).toEqual([401, 'auth.token-expired']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('its owner sees when it was last used', async () => {
    const { bearer: used, tokenId } = await portal.token(personId, scopes);
    const session = await portal.signIn(personId);
    const lastUse = async () => {
      const position = String((await logHead(portal.hub.sql)).position);
      const { data } = await portal.call('query', 'people.tokens', undefined, {
        ...session,
        'x-tsudoi-after': position,
      });
      return (data as { tokenId: string; lastUsedAt: string | null }[]).find((one) => one.tokenId === tokenId)
        ?.lastUsedAt;
    };
    expect(await lastUse()).toBeNull();
    await portal.http('GET', '/status', used);
    expect(await lastUse()).toMatch(/^\d{4}-/);
  });

  test('a wrong token is refused even where anybody may read', async () => {
    expect(await refused(() => portal.http('GET', '/status', { authorization: 'Bearer made-up' }))).toEqual([
      401,
      'auth.token-unknown',
    ]);
    expect(await refused(() => portal.http('GET', '/status', { authorization: 'Basic eA==' }))).toEqual([
      401,
      'auth.token-unknown',
    ]);
  });
});

test('the document describes every operation with an answer and names only schemas that are in it', () => {
  const document = openApiDocument('https://hub.example');
  const text = JSON.stringify(document);
  const { schemas } = document.components as { schemas: Record<string, unknown> };
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(schemas).toHaveProperty(name!);
  for (const item of Object.values(
    document.paths as Record<string, Record<string, Record<string, unknown>>>,
  )) {
    for (const operation of Object.values(item)) {
      const ok = (operation.responses as Record<string, { content: Record<string, { schema: object }> }>)[
        '200'
      ]!;
      expect(Object.keys(ok.content['application/json']!.schema), String(operation.operationId)).not.toEqual(
        [],
      );
    }
  }
});

test('the Python example of the documentation proposes a source and reads it back', async () => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const text = Buffer.concat(chunks).toString();
    const path = (request.url ?? '').replace('/api/v1', '');
    const sent = { ...headers, ...(text ? { body: text } : {}) };
    const answer = await portal.http(request.method ?? 'GET', path, sent);
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = fileURLToPath(new URL('../../../../../docs/api/example.py', import.meta.url));
    const env = {
      ...process.env,
      HUB_URL: `http://127.0.0.1:${port}`,
      HUB_TOKEN: bearer.authorization?.slice(7),
    };
    const { stdout } = await promisify(execFile)('python3', [script], { env });
    expect(stdout).toMatch(/^Example [0-9a-f]{8}: under-review at position \d+\n$/);
  } finally {
    server.close();
  }
});
