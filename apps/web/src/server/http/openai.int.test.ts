// OpenAI's own client against the hub's models: the portal's routes, the model server as a process of its own, and an
// artifact in the object store. Between them a relay that can hold a stream back.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as ask, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { type APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPortal, origin, type Portal } from '../../testing/portal.ts';

const serverPath = new URL('../../../../workers/src/model-server/main.ts', import.meta.url).pathname;
const traceId = 'ab'.repeat(16);
const defaultHeaders = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, 'accept-language': 'en' };

let portal: Portal;
let models: ChildProcess;
let relay: Server;
/** Connections that the portal ended before the model was done. */
let left = 0;
let model: string;
let send: typeof fetch;

beforeAll(async () => {
  portal = await openPortal();
  const port = await freePort();
  relay = openRelay(port);
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  process.env.MODEL_SERVER_URL = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  const route = await import('../../app/api/openai/v1/[...path]/route.ts');
  const { registerTinyModel } = await import('../../testing/tiny-model.ts');
  model = await registerTinyModel(portal.hub);
  send = async (input, init) => {
    const request = new Request(input, init);
    const path = new URL(request.url).pathname.split('/').slice(4).map(decodeURIComponent);
    const handler = route[request.method as 'GET' | 'POST' | 'PUT'];
    return handler(request, { params: Promise.resolve({ path }) });
  };
  models = spawn(process.execPath, [serverPath], {
    env: { ...process.env, MODEL_SERVER_URL: `http://127.0.0.1:${port}` },
    stdio: 'ignore',
  });
  const listed = async () => {
    const asked = await fetch(`http://127.0.0.1:${port}/v1/models`).catch(() => null);
    return asked ? JSON.stringify(await asked.json()) : '';
  };
  await vi.waitFor(async () => expect(await listed()).toContain(model), { timeout: 60_000, interval: 100 });
});
afterAll(async () => {
  models?.kill();
  relay?.closeAllConnections();
  relay?.close();
  await portal.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Passes everything on; of an answer to the user `hold` only what comes first. */
function openRelay(port: number): Server {
  return createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { url: path, method, headers } = request;
    const onward = ask({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      if (body.includes('"user":"hold"')) answer.once('data', (first) => response.write(first));
      else answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.once('close', () => {
      if (!response.writableFinished) left++;
      onward.destroy();
    });
    onward.end(body);
  });
}

/** A client of a new person, since each may ask for ten texts at once. */
async function newClient(scopes = ['model.generate']): Promise<OpenAI> {
  const { bearer } = await portal.token(await portal.person('花子', ['contributor']), scopes);
  return clientWith(bearer.authorization.slice('Bearer '.length));
}
const clientWith = (apiKey: string) =>
  new OpenAI({ baseURL: `${origin}/api/openai/v1`, apiKey, maxRetries: 0, fetch: send, defaultHeaders });

const asked = () => ({ model, prompt: '猫は', max_tokens: 12, seed: 5, temperature: 1 });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error as APIError,
  );

describe("OpenAI's client", () => {
  it('lists the models of the hub and gets completions, whole and streamed, with stops and log probabilities', async () => {
    const client = await newClient();
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual([model]);
    expect((await client.models.retrieve(model)).object).toBe('model');
    const { data: whole, request_id } = await client.completions
      .create({ ...asked(), logprobs: 2 })
      .withResponse();
    expect(request_id).toBe(traceId);
    const [{ text, logprobs, finish_reason }] = whole.choices as [OpenAI.CompletionChoice];
    expect([finish_reason, whole.usage!.completion_tokens]).toEqual(['length', 12]);
    expect(logprobs!.token_logprobs).toHaveLength(12);
    let streamed = '';
    for await (const { choices } of await client.completions.create({ ...asked(), stream: true }))
      streamed += choices[0]!.text;
    expect(streamed).toBe(text);
    const stop = text.slice(3, 5);
    const stopped = (await client.completions.create({ ...asked(), stop })).choices[0]!;
    expect(stopped).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish_reason: 'stop' });
  });

  it('takes a list of one prompt, and ids of tokens, as evaluation harnesses send them', async () => {
    const client = await newClient();
    const { text } = (await client.completions.create(asked())).choices[0]!;
    const listed = await client.completions.create({ ...asked(), prompt: ['猫は'] });
    expect(listed.choices[0]!.text).toBe(text);
    for (const prompt of [[5, 6, 7], [[5, 6, 7]]])
      expect((await client.completions.create({ ...asked(), prompt })).usage!.prompt_tokens).toBe(3);
  });

  it('talks over several turns with weights in blocks of 8 bits, streamed or not', async () => {
    const client = await newClient();
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'こんにちは' }];
    const chat = () => ({ model: `${model}:int8`, messages, seed: 1, max_tokens: 8 });
    const { message } = (await client.chat.completions.create(chat())).choices[0]!;
    let streamed = '';
    for await (const { choices } of await client.chat.completions.create({ ...chat(), stream: true }))
      streamed += choices[0]?.delta.content ?? '';
    expect(streamed).toBe(message.content);
    messages.push(message, { role: 'user', content: 'hi' });
    expect((await client.chat.completions.create(chat())).choices[0]!.message.role).toBe('assistant');
  });

  it('that goes away in the middle of a stream stops the model', async () => {
    const client = await newClient();
    const before = left;
    for await (const _ of await client.completions.create({ ...asked(), user: 'hold', stream: true })) break;
    await expect.poll(() => left).toBe(before + 1);
  });
});

describe('a refusal', () => {
  const long = 'あ '.repeat(200);
  it.each([
    ['another model', { model: 'gpt-4' }, 404, 'model_not_found', 'model'],
    ['an artifact that is not there', { model: `art_${'0'.repeat(32)}` }, 404, 'model_not_found', 'model'],
    ['more tokens than the model takes', { prompt: long }, 400, 'context_length_exceeded', 'prompt'],
    ['the same of a stream', { prompt: long, stream: true }, 400, 'context_length_exceeded', 'prompt'],
    ['more characters than the portal takes', { prompt: 'a'.repeat(4001) }, 400, 'invalid_value', 'prompt'],
    ['more tokens than one may ask for', { max_tokens: 513 }, 400, 'invalid_value', 'max_tokens'],
    ['a value out of range', { temperature: 9 }, 400, 'invalid_value', 'temperature'],
    ['an argument that nobody knows', { beams: 4 }, 400, 'unknown_parameter', 'beams'],
  ])('of %s is an error of its kind, which names the trace', async (_, change, status, code, param) => {
    const client = await newClient();
    const error = await failure(client.completions.create({ ...asked(), ...change }) as Promise<unknown>);
    expect(error).toBeInstanceOf(status === 404 ? OpenAI.NotFoundError : OpenAI.BadRequestError);
    expect(error).toMatchObject({ status, code, param, type: 'invalid_request_error', requestID: traceId });
    expect(error!.message).not.toMatch(/\[object|undefined|\{/);
  });

  it('of a wrong, a missing or a revoked key is that of authentication; of a key without the permission not', async () => {
    const owner = await portal.person('太郎', ['contributor']);
    const { tokenId, bearer } = await portal.token(owner, ['model.generate']);
    const revoke = { type: 'person.revokeToken', data: { tokenId } } as const;
    const { execute } = await import('@tsudoi/hub');
    const actor = { kind: 'person', personId: owner } as const;
    await execute(portal.hub, revoke, { actor, commandId: crypto.randomUUID() });
    for (const key of ['sk-wrong', bearer.authorization.slice(7)]) {
      const error = await failure(clientWith(key).models.list());
      expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', requestID: traceId });
    }
    const other = await failure((await newClient(['source.propose'])).completions.create(asked()));
    expect(other).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(other).toMatchObject({ code: 'auth.not-permitted' });
    const bare = await send(`${origin}/api/openai/v1/models`);
    expect(bare.status).toBe(401);
    expect(bare.headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(await bare.json()).toMatchObject({ error: { code: 'invalid_api_key' }, rejection: {} });
  });

  it('of too many requests is 429 and says when to come again, in the language of whoever asks', async () => {
    const client = await newClient();
    const headers = { 'accept-language': 'ja' };
    const many = Array.from({ length: 12 }, () =>
      failure(client.completions.create({ ...asked(), max_tokens: 0 }, { headers })),
    );
    const limited = (await Promise.all(many)).find((error) => error?.status === 429)!;
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(limited).toMatchObject({ code: 'rate_limit_exceeded', type: 'rate_limit_error' });
    expect(Number(limited.headers!.get('retry-after'))).toBeGreaterThan(0);
    expect(limited.message).toMatch(/秒後に/);
  });

  it.each([
    ['a path that is not there', 'POST', 'embeddings', '{}', 404, 'unknown_url'],
    ['another method', 'PUT', 'completions', '{}', 404, 'unknown_url'],
    ['reading where one writes', 'GET', 'completions', undefined, 404, 'unknown_url'],
    ['a model with a strange name', 'GET', 'models/a%2F..%2Fb', undefined, 404, 'model_not_found'],
    ['what is no JSON', 'POST', 'completions', '{', 400, 'invalid_json'],
    ['a body that is too large', 'POST', 'completions', ' '.repeat(70_000), 413, 'too_large'],
  ])('of %s has the shape too', async (_, method, path, body, status, code) => {
    const { apiKey } = await newClient();
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await send(`${origin}/api/openai/v1/${path}`, { method, body: body ?? null, headers });
    const { error } = (await answer.json()) as { error: Record<string, unknown> };
    expect([answer.status, error.code]).toEqual([status, code]);
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(answer.headers.get('x-request-id')).toBe(answer.headers.get('trace-id'));
  });

  it('of a page elsewhere that uses the cookie of somebody signed in has the shape too', async () => {
    const cookie = await portal.signIn(await portal.person('次郎', ['contributor']));
    const headers = { ...cookie, origin: 'https://evil.example' };
    const asking = { method: 'POST', body: JSON.stringify(asked()), headers };
    const answer = await send(`${origin}/api/openai/v1/completions`, asking);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: 'auth.foreign-origin' } });
  });

  it('while the model server is away is 503 and says when to come again', async () => {
    const client = await newClient();
    models.kill('SIGKILL');
    await once(models, 'exit');
    const error = await failure(client.completions.create(asked()));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 503, type: 'server_error', code: 'overloaded' });
    expect(Number(error!.headers!.get('retry-after'))).toBeGreaterThan(0);
  });
});
