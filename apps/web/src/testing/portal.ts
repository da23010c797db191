import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, runProjections } from '@tsudoi/hub';
import type { Command, Role } from '@tsudoi/schema';
import { createTestHub, testPersonalKey } from '../../../../packages/hub/src/testing/database.ts';

export const origin = 'http://127.0.0.1:4000';

export interface Answer {
  status: number;
  /** What a procedure answered, or null. */
  data: unknown;
  rejection: { code: string; params: Record<string, string | number>; text: string } | null;
}

/** Members of an answer of the HTTP API, data or problem details, as far as tests look at them. */
export interface HttpBody {
  code?: string;
  detail?: string;
  title?: string;
  status?: number;
  traceId?: string;
  params?: Record<string, string | number>;
  position?: number;
  result?: unknown;
  [member: string]: unknown;
}

/** The portal's route handlers on a hub of their own: requests go in, responses come out, nothing listens on a port. */
export async function openPortal() {
  const { hub, databaseUrl, drop } = await createTestHub();
  const objects = mkdtempSync(join(tmpdir(), 'tsudoi-objects-'));
  Object.assign(process.env, {
    DATABASE_URL: databaseUrl,
    NATS_URL: process.env.TEST_NATS_URL ?? 'nats://127.0.0.1:4222',
    HUB_URL: origin,
    HUB_SECRET: randomBytes(24).toString('hex'),
    PERSONAL_DATA_KEY: testPersonalKey,
    LOCAL_PERSONAS: 'on',
    OBJECT_DIR: objects,
    TELEMETRY_TOKEN: 'telemetry-token-of-the-test',
  });
  const trpc = await import('../app/api/trpc/[trpc]/route.ts');
  const local = await import('../app/api/session/local/route.ts');
  const stop = new AbortController();
  const projections = runProjections(hub, { signal: stop.signal });

  const system = (command: Command) =>
    execute(hub, command, { actor: { kind: 'system', name: 'test' }, commandId: randomUUID() });

  const person = async (displayName: string, roles: Role[]): Promise<string> => {
    const personId = randomUUID();
    await system({ type: 'person.join', data: { personId, displayName, opennessAgreed: true } });
    for (const role of roles.filter((role) => role !== 'contributor')) {
      await system({ type: 'person.grantRole', data: { personId, role, groupId: null } });
    }
    return personId;
  };

  const request = (path: string, init: RequestInit = {}) =>
    new Request(`${origin}${path}`, {
      ...init,
      headers: { host: '127.0.0.1:4000', origin, ...(init.headers as Record<string, string>) },
    });

  const signIn = async (personId: string): Promise<Record<string, string>> => {
    const body = JSON.stringify({ personId });
    const answer = await local.POST(request('/api/session/local', { method: 'POST', body }));
    return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  };

  const call = async (
    kind: 'query' | 'mutation',
    path: string,
    input: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const answer =
      kind === 'mutation'
        ? await trpc.POST(
            request(`/api/trpc/${path}`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', ...headers },
              body: JSON.stringify(input),
            }),
          )
        : await trpc.GET(
            request(
              `/api/trpc/${path}${input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`}`,
              { headers },
            ),
          );
    const body = (await answer.json()) as {
      result?: { data: unknown };
      error?: { data: { rejection: Answer['rejection'] } };
    };
    return {
      status: answer.status,
      data: body.result?.data ?? null,
      rejection: body.error?.data?.rejection ?? null,
    };
  };

  const { GET: apiGet } = await import('../app/api/v1/[...path]/route.ts');
  /** The HTTP API for programs, `path` below `/api/v1`. A body that is text goes out as it is. */
  const http = async (
    method: string,
    path: string,
    { body, ...headers }: { body?: unknown } & Record<string, unknown> = {},
  ) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const sent = { 'content-type': 'application/json', 'accept-language': 'en', ...headers };
    const asked = new Request(`${origin}/api/v1${path}`, {
      method,
      headers: sent as Record<string, string>,
      body: text ?? null,
    });
    const segments = new URL(asked.url).pathname.split('/').slice(3).map(decodeURIComponent);
    const answer = await apiGet(asked, { params: Promise.resolve({ path: segments }) });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as HttpBody };
  };

  /** A new token of a person as the headers that carry it. */
  const token = async (personId: string, scopes: string[], more: object = {}) => {
    const tokenId = randomUUID();
    const { result } = await execute(
      hub,
      { type: 'person.issueToken', data: { tokenId, label: 'test', scopes, ...more } } as Command,
      { actor: { kind: 'person', personId }, commandId: randomUUID() },
    );
    return { tokenId, bearer: { authorization: `Bearer ${(result as { secret: string }).secret}` } };
  };

  const close = async () => {
    stop.abort();
    await projections;
    const { hub: opened } = await import('../server/hub.ts');
    await opened().close();
    await drop();
    rmSync(objects, { recursive: true, force: true });
  };
  return { hub, trpc, local, person, system, signIn, request, call, http, token, close };
}

export type Portal = Awaited<ReturnType<typeof openPortal>>;

/** A proposal that the hub takes. */
export function proposal(changes: Record<string, unknown> = {}) {
  const sourceId = randomUUID();
  return {
    sourceId,
    groupId: null,
    titleJa: `出典 ${sourceId}`,
    titleEn: `Source ${sourceId}`,
    description: '',
    licence: 'CC-BY-4.0',
    evidenceUrl: 'https://example.org/licence',
    rights: { train: true, search: true, redistribute: true },
    parts: [
      {
        location: { kind: 'deb', package: 'manpages-ja' },
        include: ['**/*'],
        format: 'roff',
        language: 'ja',
      },
    ],
    commandId: randomUUID(),
    ...changes,
  };
}
