import { createHash, randomUUID } from 'node:crypto';
import { permissionsOfRole } from '@tsudoi/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPortal, origin, type Portal, proposal } from '../testing/portal.ts';
import { appRouter } from './router.ts';

let portal: Portal;
let contributor: Record<string, string>;
let reviewer: Record<string, string>;
let node: Record<string, string>;

beforeAll(async () => {
  portal = await openPortal();
  contributor = await portal.signIn(await portal.person('美咲', ['contributor']));
  reviewer = await portal.signIn(await portal.person('健', ['contributor', 'reviewer']));
  const issued = await portal.call(
    'mutation',
    'people.issueToken',
    { tokenId: randomUUID(), label: 'node', scopes: ['node.work'], commandId: randomUUID() },
    contributor,
  );
  const { secret } = (issued.data as { result: { secret: string } }).result;
  node = { authorization: `Bearer ${secret}` };
});
afterAll(() => portal.close());

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<
    string,
    { _def: { type: 'query' | 'mutation'; meta: { permission: string } } }
  >,
).map(([path, { _def }]) => ({ path, type: _def.type, permission: _def.meta.permission }));

describe('every procedure refuses the wrong actor', () => {
  const guarded = procedures.filter(({ permission }) => permission !== 'public.read');
  test('somebody who has not signed in', async () => {
    for (const { path, type } of guarded) {
      const answer = await portal.call(type, path, type === 'query' ? undefined : {});
      expect([path, answer.status, answer.rejection?.code]).toEqual([path, 401, 'auth.sign-in-needed']);
    }
  });
  test('a person without the permission', async () => {
    const held: readonly string[] = permissionsOfRole.contributor;
    for (const { path, type, permission } of guarded.filter((one) => !held.includes(one.permission))) {
      const answer = await portal.call(type, path, type === 'query' ? undefined : {}, contributor);
      expect([path, answer.status, answer.rejection?.code, answer.rejection?.params.permission]).toEqual([
        path,
        403,
        'auth.not-permitted',
        permission,
      ]);
    }
  });
  test('a node, whose token is for work alone', async () => {
    for (const { path, type } of guarded.filter(({ permission }) => permission !== 'node.work')) {
      const answer = await portal.call(type, path, type === 'query' ? undefined : {}, node);
      expect([path, answer.status, answer.rejection?.code]).toEqual([path, 403, 'auth.not-permitted']);
    }
  });
});

describe('tokens and sessions', () => {
  test('a token that nobody issued is refused even where anybody may read', async () => {
    const answer = await portal.call('query', 'hub.status', undefined, {
      authorization: 'Bearer made-up-token',
    });
    expect([answer.status, answer.rejection?.code]).toEqual([401, 'auth.token-unknown']);
  });
  test('a revoked token works no more, from the next call on', async () => {
    const tokenId = randomUUID();
    const input = { tokenId, label: 'short', scopes: ['node.work'], commandId: randomUUID() };
    const issued = await portal.call('mutation', 'people.issueToken', input, contributor);
    const bearer = {
      authorization: `Bearer ${(issued.data as { result: { secret: string } }).result.secret}`,
    };
    const claim = {
      jobId: null,
      node: 'n',
      offers: { threads: 1, memoryMiB: 64, diskMiB: 16 },
    };
    const before = await portal.call(
      'mutation',
      'worker.claim',
      { ...claim, commandId: randomUUID() },
      bearer,
    );
    expect(before.data).toMatchObject({ result: null });
    await portal.call('mutation', 'people.revokeToken', { tokenId, commandId: randomUUID() }, contributor);
    const after = await portal.call(
      'mutation',
      'worker.claim',
      { ...claim, commandId: randomUUID() },
      bearer,
    );
    expect([after.status, after.rejection?.code]).toEqual([401, 'auth.token-revoked']);
  });
  test('signing out ends the session in the hub, not only in the browser', async () => {
    const session = await portal.signIn(await portal.person('一時', ['contributor']));
    const { DELETE } = await import('../app/api/session/route.ts');
    expect(
      (await DELETE(portal.request('/api/session', { method: 'DELETE', headers: session }))).status,
    ).toBe(204);
    const answer = await portal.call('query', 'people.tokens', undefined, session);
    expect(answer.rejection?.code).toBe('auth.sign-in-needed');
  });
  test('a persona can be taken only on this machine, and only one that exists', async () => {
    const body = JSON.stringify({ personId: randomUUID() });
    const elsewhere = await portal.local.POST(
      portal.request('/api/session/local', { method: 'POST', body, headers: { host: 'evil.example' } }),
    );
    expect([elsewhere.status, (await elsewhere.json()).rejection.code]).toEqual([403, 'persona.not-local']);
    const nobody = await portal.local.POST(portal.request('/api/session/local', { method: 'POST', body }));
    expect((await nobody.json()).rejection.code).toBe('person.unknown');
  });
});

describe('requests from elsewhere', () => {
  test('another origin changes nothing with a stolen ride on the cookie', async () => {
    for (const foreign of ['https://evil.example', 'null', '']) {
      const headers = { ...contributor, origin: foreign, 'content-type': 'application/json' };
      const answer = await portal.trpc.POST(
        portal.request('/api/trpc/sources.propose', {
          method: 'POST',
          headers,
          body: JSON.stringify(proposal()),
        }),
      );
      expect(answer.status).toBe(403);
    }
  });
  test('a batch of more than ten calls and a body past the limit are refused', async () => {
    const paths = Array.from({ length: 11 }, () => 'hub.status').join(',');
    expect((await portal.trpc.GET(portal.request(`/api/trpc/${paths}?batch=1`))).status).toBe(413);
    const headers = { ...contributor, 'content-type': 'application/json' };
    const body = JSON.stringify({ description: 'x'.repeat(5 * 1024 * 1024) });
    const answer = await portal.trpc.POST(
      portal.request('/api/trpc/sources.propose', { method: 'POST', headers, body }),
    );
    expect(answer.status).toBe(413);
  });
});

describe('bad input', () => {
  test('an unknown licence is refused in the language of the reader, with a known one to try', async () => {
    const input = proposal({ licence: 'CC BY 4.0' });
    const ja = await portal.call('mutation', 'sources.propose', input, {
      ...contributor,
      'accept-language': 'ja',
    });
    const en = await portal.call('mutation', 'sources.propose', input, {
      ...contributor,
      'accept-language': 'en',
    });
    expect([ja.rejection?.code, en.rejection?.code]).toEqual(['licence.unknown', 'licence.unknown']);
    expect(ja.rejection?.text).toContain('SPDXライセンス表記ではありません');
    expect(en.rejection?.text).toContain('not an SPDX licence expression');
    expect(String(ja.rejection?.params.suggestion)).toBe('CC-BY-4.0');
  });
  test('a field that is not valid is named, with the problem in the language of the reader', async () => {
    const input = proposal({ evidenceUrl: 'not an address' });
    const ja = await portal.call('mutation', 'sources.propose', input, {
      ...contributor,
      'accept-language': 'ja',
    });
    expect([ja.status, ja.rejection?.code, ja.rejection?.params.field]).toEqual([
      400,
      'input.invalid',
      'evidenceUrl',
    ]);
    expect(ja.rejection?.text).toContain('根拠のURL');
  });
  test('a member that no command knows is refused, not passed over', async () => {
    const answer = await portal.call(
      'mutation',
      'sources.propose',
      proposal({ state: 'accepted' }),
      contributor,
    );
    expect(answer.rejection?.code).toBe('input.invalid');
  });
  test('the states in a refusal read as words', async () => {
    const refused = proposal({ licence: 'CC-BY-NC-4.0' });
    await portal.call('mutation', 'sources.propose', refused, contributor);
    const review = { sourceId: refused.sourceId, verdict: 'accept', comment: '', commandId: randomUUID() };
    const answer = await portal.call('mutation', 'sources.review', review, {
      ...reviewer,
      'accept-language': 'ja',
    });
    expect(answer.rejection?.code).toBe('source.not-under-review');
    expect(answer.rejection?.text).toContain('不採択');
  });
});

describe('commands', () => {
  test('the same command sent twice is done once and answered alike', async () => {
    const input = proposal();
    const first = await portal.call('mutation', 'sources.propose', input, contributor);
    const second = await portal.call('mutation', 'sources.propose', input, contributor);
    expect(first.data).toMatchObject({ result: { state: 'under-review', refusedBy: null } });
    expect(second.data).toEqual(first.data);
  });
  test('a reader sees what was just written when the query names its position', async () => {
    const input = proposal();
    const done = await portal.call('mutation', 'sources.propose', input, contributor);
    const { position } = done.data as { position: number };
    const read = await portal.call(
      'query',
      'sources.detail',
      { sourceId: input.sourceId },
      {
        'x-tsudoi-after': String(position),
      },
    );
    expect(read.data).toMatchObject({ sourceId: input.sourceId, state: 'under-review' });
  });
  test('the trace of the caller goes on into the event', async () => {
    const traceId = randomUUID().replaceAll('-', '');
    const input = proposal();
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const done = await portal.call('mutation', 'sources.propose', input, { ...contributor, traceparent });
    const { position } = done.data as { position: number };
    const activity = await portal.call(
      'query',
      'hub.activity',
      { streamId: input.sourceId },
      {
        'x-tsudoi-after': String(position),
      },
    );
    expect(activity.data).toMatchObject([{ type: 'SourceProposed', traceId }]);
  });
});

describe('people', () => {
  const command = (data: object = {}) => ({ ...data, commandId: randomUUID() });
  const send = (path: string, data: object, session: Record<string, string>) =>
    portal.call('mutation', path, command(data), session);
  const positionOf = ({ data }: { data: unknown }) => (data as { position: number }).position;

  test('somebody joins a group, is given a role there by an admin, and leaves with nothing left', async () => {
    const personId = await portal.person('春香', ['contributor']);
    const [session, admin] = [
      await portal.signIn(personId),
      await portal.signIn(await portal.person('管理', ['contributor', 'admin'])),
    ];
    const groupId = randomUUID();
    const group = { groupId, slug: `g-${groupId.slice(0, 8)}`, nameJa: 'グループ', nameEn: 'Group' };
    await send('groups.create', group, admin);
    expect((await send('groups.join', { groupId }, session)).rejection).toBeNull();
    const given = await send('people.grantRole', { personId, role: 'reviewer', groupId }, admin);
    const readAfter = { 'x-tsudoi-after': String(positionOf(given)) };
    const members = await portal.call('query', 'groups.members', { groupId }, readAfter);
    expect(members.data).toMatchObject({ total: 1, items: [{ displayName: '春香', roles: ['reviewer'] }] });
    const list = await portal.call('query', 'people.list', { text: '春' }, { ...session, ...readAfter });
    expect(list.data).toMatchObject({ items: [{ personId, groups: [{ groupId }] }], next: null });

    const left = await send('people.leave', {}, session);
    expect((await portal.call('query', 'people.tokens', undefined, session)).rejection?.code).toBe(
      'auth.sign-in-needed',
    );
    const later = { ...admin, 'x-tsudoi-after': String(positionOf(left)) };
    expect((await portal.call('query', 'people.list', { text: '春' }, later)).data).toMatchObject({
      items: [],
    });
    expect((await portal.call('query', 'groups.members', { groupId }, later)).data).toMatchObject({
      total: 0,
    });
  });

  test('an erased person is signed out, and their proposal stays under a number', async () => {
    const personId = await portal.person('消える人', ['contributor']);
    const session = await portal.signIn(personId);
    const input = proposal();
    await portal.call('mutation', 'sources.propose', input, session);
    const foreign = await send('people.erase', { personId: await portal.person('他人', []) }, session);
    expect(foreign.rejection?.code).toBe('person.not-yourself');
    const erased = await send('people.erase', { personId }, session);
    expect((await portal.call('query', 'people.profile', undefined, session)).rejection?.code).toBe(
      'auth.sign-in-needed',
    );
    const readAfter = { 'x-tsudoi-after': String(positionOf(erased)) };
    const source = await portal.call('query', 'sources.detail', { sourceId: input.sourceId }, readAfter);
    expect(source.data).toMatchObject({ proposer: { personId, displayName: '' } });
  });
});

describe('uploads of a proposal', () => {
  const text = new TextEncoder().encode('日本語の文章\n');
  const sha256 = createHash('sha256').update(text).digest('hex');
  const grant = (changes: object = {}) =>
    portal.call(
      'mutation',
      'sources.grantUpload',
      { sha256, size: text.byteLength, mediaType: 'text/plain', ...changes },
      contributor,
    );

  test('too large and of a strange type are refused before a byte is sent', async () => {
    expect((await grant({ size: 65 * 1024 * 1024 })).rejection?.code).toBe('upload.too-large');
    expect((await grant({ mediaType: 'application/x-msdownload' })).rejection?.code).toBe(
      'upload.type-refused',
    );
  });
  test('the address takes exactly the announced bytes, and a changed address nothing', async () => {
    const { PUT } = await import('../app/api/objects/[sha256]/route.ts');
    const { url } = (await grant()).data as { url: string };
    const put = (address: string, body: Uint8Array<ArrayBuffer>) =>
      PUT(portal.request(address, { method: 'PUT', body, headers: { 'content-type': 'text/plain' } }));
    const other = await put(url, new TextEncoder().encode('別の文章だった\n'));
    expect((await other.json()).rejection.code).toMatch(/^upload\./);
    const forged = await put(url.replace(/size=\d+/, 'size=999999'), text);
    expect((await forged.json()).rejection.code).toBe('upload.grant-invalid');
    expect((await put(url, text)).status).toBe(204);
    const pinned = { sha256, size: text.byteLength };
    expect((await portal.call('mutation', 'sources.confirmUpload', pinned, contributor)).status).toBe(200);
    expect((await grant()).data).toEqual({ url: null, headers: {} });
  });
});

describe('streams and telemetry', () => {
  test('the public stream replays the log after a position, in order and without a gap', async () => {
    const { GET } = await import('../app/api/stream/route.ts');
    const gone = new AbortController();
    const answer = await GET(portal.request('/api/stream?after=1', { signal: gone.signal }));
    const reader = answer
      .body!.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader();
    let text = '';
    while ((text.match(/^id: /gm) ?? []).length < 5) text += (await reader.read()).value;
    gone.abort();
    await reader.cancel();
    const positions = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(positions).toEqual(positions.map((_, index) => index + 2));
    expect(text).not.toContain('"label"');
  });
  test('a misspelt group, a kind of stream that is none and a position past the end are refused, not waited for', async () => {
    const { GET } = await import('../app/api/stream/route.ts');
    for (const [query, status] of [
      ['group=nobody', 404],
      ['topics=weather', 400],
      ['after=latest', 400],
      ['after=999999999', 422],
    ] as const) {
      const answer = await GET(portal.request(`/api/stream?${query}`));
      expect([query, answer.status]).toEqual([query, status]);
    }
    const headers = { authorization: 'Bearer tsudoi_node_wrong' };
    expect((await GET(portal.request('/api/stream', { headers }))).status).toBe(401);
  });
  test('pages of the log say where to go on, and end at the head', async () => {
    const { GET } = await import('../app/api/events/route.ts');
    const seen: number[] = [];
    for (let [after, head] = [0, 1]; after < head; ) {
      const answer = await GET(portal.request(`/api/events?limit=7&after=${after}&topics=person,group`));
      const page = (await answer.json()) as {
        events: { position: number }[];
        position: number;
        head: number;
      };
      seen.push(...page.events.map(({ position }) => position));
      expect(page.position).toBeGreaterThan(after);
      [after, head] = [page.position, page.head];
    }
    const rows = await portal.hub
      .sql`select position from event where stream_type in ('person', 'group') order by position`;
    expect(seen).toEqual(rows.map(({ position }) => position));
  });
  test('spans are taken from those who hold the telemetry token, and shown by their trace', async () => {
    const { POST } = await import('../app/api/otlp/v1/traces/route.ts');
    const traceId = randomUUID().replaceAll('-', '');
    const now = BigInt(Date.now()) * 1_000_000n;
    const span = {
      traceId,
      spanId: '00f067aa0ba902b7',
      name: 'stage ingest',
      kind: 1,
      startTimeUnixNano: String(now),
      endTimeUnixNano: String(now + 5_000_000n),
    };
    const body = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'worker' } }] },
          scopeSpans: [{ scope: { name: 'tsudoi' }, spans: [span] }],
        },
      ],
    });
    const send = (token: string) =>
      POST(
        portal.request('/api/otlp/v1/traces', {
          method: 'POST',
          body,
          headers: { authorization: `Bearer ${token}` },
        }),
      );
    expect((await send('wrong')).status).toBe(401);
    expect((await send('telemetry-token-of-the-test')).status).toBe(200);
    const shown = await portal.call('query', 'hub.trace', { traceId });
    expect(shown.data).toMatchObject([{ service: 'worker', name: 'stage ingest', durationMs: 5 }]);
  });
  test('the doorbell is for nodes', async () => {
    const { GET } = await import('../app/api/doorbell/route.ts');
    expect((await GET(portal.request('/api/doorbell', { headers: contributor }))).status).toBe(403);
  });
  test('health answers from the database', async () => {
    const { GET } = await import('../app/api/health/route.ts');
    expect(await (await GET(new Request(`${origin}/api/health`))).json()).toMatchObject({ ok: true });
  });
});
