import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { currentTraceparent, traceIdOf, withSpan } from '@tsudoi/hub/telemetry';
import { Rejection } from '@tsudoi/schema';
import { z } from 'zod';
import { describeError, type Log } from '../roles/log.ts';
import { GenerateInput, generate } from './generate.ts';
import type { LoadedModel } from './load-model.ts';
import type { ModelCache } from './model-cache.ts';

const MAX_BODY = 64 * 1024;

/**
 * `POST /generate` answers with server-sent events: `token` {text} as the text comes, then `done` {finishReason,
 * promptTokens, tokens, seed}, or `failed` {traceId} when something broke on the way. What is refused before the first
 * token comes as JSON {rejection}. A caller that goes away stops the model.
 */
export function createModelServer(models: ModelCache<LoadedModel>, log: Log): Server {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'GET' && pathname === '/health') return answer(response, 200, { ok: true });
    if (request.method !== 'POST' || pathname !== '/generate') return answer(response, 404, {});
    const traceparent = request.headers.traceparent;
    void withSpan('generate', {}, () => handle(request, response, models, log), {
      traceparent: typeof traceparent === 'string' ? traceparent : null,
    });
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  models: ModelCache<LoadedModel>,
  log: Log,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the caller went away')));
  const send = (event: string, data: unknown) => {
    if (!response.headersSent) response.writeHead(200, eventStream);
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    const input = GenerateInput.parse(await readJson(request));
    const done = await models.with(input.artifactId, (model) =>
      generate(model, input, (text) => send('token', { text }), gone.signal),
    );
    send('done', done);
    response.end();
  } catch (error) {
    if (gone.signal.aborted) return;
    const refused = refusal(error);
    if (refused && !response.headersSent)
      return answer(response, 422, { rejection: { code: refused.code, params: refused.params } });
    const traceId = traceIdOf(currentTraceparent());
    log.error('generation failed', { error: describeError(error), traceId });
    if (!response.headersSent) return answer(response, 500, { traceId });
    send('failed', { traceId });
    response.end();
  }
}

const eventStream = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
};

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refusal(error: unknown): Rejection | null {
  if (error instanceof Rejection) return error;
  if (!(error instanceof z.ZodError)) return null;
  const [issue] = error.issues;
  return new Rejection('input.invalid', { field: issue.path.join('.') || 'body', problem: issue.message });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new Rejection('upload.too-large', { size, limit: MAX_BODY });
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Rejection('input.invalid', { field: 'body', problem: 'it is not JSON' });
  }
}
