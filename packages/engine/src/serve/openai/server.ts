// The HTTP side: GET /health, /v1/models and /v1/models/NAME; POST /v1/completions and /v1/chat/completions, whole or
// as server-sent events. A client that goes away frees its slots. Every answer names its trace, in `trace-id` and, where
// OpenAI's clients look for it, in `x-request-id`.

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { Overloaded } from '../batcher.ts';
import { AnswerWriter, send } from './answer-writer.ts';
import { chatShape, completionShape } from './answers.ts';
import { type Choice, runChoice } from './choices.ts';
import { ApiError, refusalOf } from './errors.ts';
import {
  chatPrompt,
  checkPrompts,
  completionPrompts,
  type Prompt,
  type Served,
  settingsOf,
  stopsOf,
} from './prepare.ts';
import { type AnyRequest, ChatRequest, CompletionRequest } from './requests.ts';

const MAX_BODY = 2 * 1024 * 1024;
const MAX_GENERATIONS = 16;
/** A queue that is full moves within seconds; how long its texts will be nobody knows. */
const RETRY_SECONDS = 5;

export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly firstTokenMilliseconds?: number;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** The client was gone before the end. */
  readonly aborted?: boolean;
  readonly error?: string;
  /** What the answer says in `trace-id`. */
  readonly traceId: string;
}

/** The models behind one address. */
export interface Models {
  /** Names that may be asked for. */
  names(): Promise<readonly string[]>;
  /** Runs `use` with the model of a name, which stays loaded until it returns; ApiError where there is none. */
  with<R>(name: string, use: (served: Served) => Promise<R>): Promise<R>;
}

/** One model that is loaded already. */
export const oneModel = (served: Served): Models => ({
  names: async () => [served.model.name],
  async with(name, use) {
    if (name !== served.model.name) throw unknownModel(name);
    return use(served);
  },
});

export interface ApiServerOptions {
  /** A generation may take this long; default ten minutes. */
  readonly timeoutSeconds?: number;
  /** One line per request, when it is over. */
  readonly onRequest?: (line: RequestLine) => void;
  /** Runs each request, for tracing. */
  readonly around?: (request: IncomingMessage, run: () => Promise<void>) => Promise<void>;
  /** What an error of `Models` says to the client, where it is not an ApiError. */
  readonly refusal?: (error: unknown) => ApiError | undefined;
  /** Errors that are nobody's request: for the operator. */
  readonly onError?: (error: unknown) => void;
}

type Facts = { -readonly [K in keyof RequestLine]?: RequestLine[K] };

/** The server, not listening yet. */
export function createApiServer(models: Models, options: ApiServerOptions = {}): Server {
  const created = Math.floor(Date.now() / 1000);
  const around = options.around ?? ((_request, run) => run());
  const answerOne = async (request: IncomingMessage, response: ServerResponse) => {
    const began = performance.now();
    const path = (request.url ?? '/').split('?')[0];
    const facts: Facts = {};
    const traceId = traceOf(request);
    response.setHeader('trace-id', traceId);
    response.setHeader('x-request-id', traceId);
    try {
      await route(models, created, request, response, path, facts, options);
    } catch (error) {
      if (response.destroyed && !request.complete) {
        facts.aborted = true; // in the middle of the body: nobody is there to be answered
      } else {
        facts.error = error instanceof Error ? error.message : String(error);
        fail(response, asApiError(error, options));
      }
    }
    options.onRequest?.({
      method: request.method ?? '',
      path,
      status: response.statusCode,
      milliseconds: Math.round(performance.now() - began),
      traceId,
      ...facts,
    });
  };
  const server = createServer((request, response) => around(request, () => answerOne(request, response)));
  server.requestTimeout = 60_000;
  server.headersTimeout = 20_000;
  return server;
}

/** The trace that the caller is in (W3C Trace Context), else one of its own. */
function traceOf({ headers }: IncomingMessage): string {
  const given = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(String(headers.traceparent));
  return given && !/^0+$/.test(given[1]) ? given[1] : randomBytes(16).toString('hex');
}

function asApiError(error: unknown, options: ApiServerOptions): ApiError {
  if (error instanceof ApiError) return error;
  const refused = options.refusal?.(error);
  if (refused) return refused;
  if (error instanceof z.ZodError) return refusalOf(error);
  if (error instanceof Overloaded) {
    const message = `The server is busy; try again in ${RETRY_SECONDS} seconds`;
    return new ApiError(429, message, 'overloaded', null, {}, { 'retry-after': String(RETRY_SECONDS) });
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new ApiError(504, 'The generation took too long', 'timeout');
  }
  options.onError?.(error);
  return new ApiError(500, 'The server had an error while processing your request', 'internal_error');
}

/** After the first event of a stream the status is out: the error is an event then. */
function fail(response: ServerResponse, error: ApiError): void {
  if (response.destroyed) return;
  // What is left of a body that was too large is not read: the connection cannot be used again.
  if (error.status === 413) response.setHeader('connection', 'close');
  if (!response.headersSent) send(response, error.status, error.body, error.headers);
  else response.end(`data: ${JSON.stringify(error.body)}\n\n`);
}

async function route(
  models: Models,
  created: number,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  facts: Facts,
  options: ApiServerOptions,
): Promise<void> {
  const card = (name: string) => ({ id: name, object: 'model', created, owned_by: 'tsudoi' });
  const allow = (method: string) => {
    if (request.method !== method) {
      const message = `Not allowed to ${request.method} on ${path}`;
      throw new ApiError(405, message, 'method_not_supported', null, {}, { allow: method });
    }
  };
  if (path === '/v1/chat/completions' || path === '/v1/completions') {
    allow('POST');
    const isChat = path === '/v1/chat/completions';
    const body = await readJson(request);
    const asked: AnyRequest = isChat ? ChatRequest.parse(body) : CompletionRequest.parse(body);
    return models.with(asked.model, (served) => answer(served, asked, response, facts, options));
  }
  if (path === '/health' || path === '/v1/models' || path.startsWith('/v1/models/')) {
    allow('GET');
    if (path === '/health') return send(response, 200, { status: 'ok' });
    const names = await models.names();
    if (path === '/v1/models') return send(response, 200, { object: 'list', data: names.map(card) });
    const wanted = decoded(path.slice('/v1/models/'.length));
    if (!names.includes(wanted)) throw unknownModel(wanted);
    return send(response, 200, card(wanted));
  }
  throw new ApiError(404, `Unknown request URL: ${request.method} ${path}`, 'unknown_url');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // no name of a model
  }
}

export const unknownModel = (name: string) =>
  new ApiError(404, `The model '${name}' does not exist`, 'model_not_found', 'model');

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new ApiError(413, `The request is larger than ${MAX_BODY} bytes`, 'too_large');
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new ApiError(400, 'The body of the request is not JSON', 'invalid_json');
  }
}

async function answer(
  served: Served,
  request: AnyRequest,
  response: ServerResponse,
  facts: Facts,
  options: ApiServerOptions,
): Promise<void> {
  const isChat = 'messages' in request;
  const prompts = isChat ? [await chatPrompt(served, request)] : completionPrompts(served, request);
  checkPrompts(served, prompts, request);
  const count = request.n ?? 1;
  if (count * prompts.length > MAX_GENERATIONS) {
    throw new ApiError(400, `At most ${MAX_GENERATIONS} choices at once`, 'invalid_value', 'n');
  }
  const began = performance.now();
  facts.promptTokens = prompts.reduce((n, p) => n + p.ids.length, 0);
  const writer = new AnswerWriter(response, isChat ? chatShape : completionShape, request);
  const stops = stopsOf(request);
  const gone = new AbortController();
  const leave = () => gone.abort(new Error('the client went away'));
  response.once('close', leave);
  if (response.destroyed) leave(); // while the model was loaded
  const limit = AbortSignal.timeout(1000 * (options.timeoutSeconds ?? 600));
  const signal = AbortSignal.any([gone.signal, limit]);
  const jobs = prompts.flatMap((prompt) => Array.from({ length: count }, (_, i) => ({ prompt, i })));
  const run = async ({ prompt, i }: { prompt: Prompt; i: number }, index: number): Promise<Choice> => {
    const settings = settingsOf(served, request, prompt)(i, signal);
    const echo = 'echo' in request && request.echo ? prompt.text : '';
    if (echo) writer.piece({ index, text: echo, logprobs: [] });
    const choice = await runChoice(served, index, prompt, settings, stops, (piece) => {
      facts.firstTokenMilliseconds ??= Math.round(performance.now() - began);
      facts.completionTokens = (facts.completionTokens ?? 0) + 1;
      writer.piece(piece);
    });
    writer.ended(choice);
    return { ...choice, text: echo + choice.text };
  };
  try {
    const choices = await Promise.all(jobs.map(run)).catch((error) => {
      gone.abort(error); // the other choices of this request are of no use any more
      throw error;
    });
    facts.completionTokens = choices.reduce((n, c) => n + c.tokens, 0);
    writer.end(choices, facts.promptTokens);
  } catch (error) {
    if (!response.destroyed) throw error;
    facts.aborted = true;
  } finally {
    response.off('close', leave);
  }
}
