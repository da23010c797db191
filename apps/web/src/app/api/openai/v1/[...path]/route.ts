import type { Actor } from '@tsudoi/hub';
import { currentTraceparent, withSpan } from '@tsudoi/hub/telemetry';
import { Rejection, type RejectionCode, type RejectionParams, RejectionValue } from '@tsudoi/schema';
import { z } from 'zod';
import { boundedJson } from '../../../../../server/bounded-body.ts';
import { localeOf } from '../../../../../server/context.ts';
import { serverEnv } from '../../../../../server/env.ts';
import { answering, comesFromOwnPage, permitted } from '../../../../../server/handle.ts';
import { openaiCode } from '../../../../../server/http/openai.ts';
import { processWide } from '../../../../../server/process-wide.ts';
import { RateLimit } from '../../../../../server/rate-limit.ts';
import { httpStatusOf, rejectionShape } from '../../../../../server/rejections.ts';

/**
 * OpenAI's API over the hub's models, for the playground and for any client of it: `base_url` is /api/openai/v1 and the
 * key a token of the hub. The model server reads the rest of a request; here are the bounds of what one may ask for.
 */
const MAX_TOKENS = 512;
const MAX_PROMPT = 4000; // characters, or ids of tokens
const bounds = (prompt: z.ZodType) =>
  z.looseObject({
    model: z.string().max(100),
    prompt: prompt.optional(),
    max_tokens: z.int().min(1).max(MAX_TOKENS).nullish(),
    max_completion_tokens: z.int().min(1).max(MAX_TOKENS).nullish(),
    n: z.literal(1).nullish(),
  });
const Bounds = bounds(z.string().min(1).max(MAX_PROMPT));
const BoundsOfIds = bounds(z.array(z.int()).min(1).max(MAX_PROMPT));

interface Params {
  params: Promise<{ path: string[] }>;
}

/** Models run few texts at a time; nobody gets more than a turn every three seconds for long. */
const limit = processWide('generate-limit', () => new RateLimit({ burst: 10, everyMs: 3000 }));

/** Closing the connection stops the model. */
export function POST(request: Request, { params }: Params): Promise<Response> {
  return answering(
    request,
    async () => {
      if (!comesFromOwnPage(request)) throw new Rejection('auth.foreign-origin');
      const path = (await params).path.join('/');
      const actor = await permitted(request, 'model.generate');
      if (path !== 'chat/completions' && path !== 'completions') throw nothingThere(request, path);
      limit().take(keyOf(actor));
      const asked = within(await boundedJson(request, 64 * 1024));
      const { max_tokens, max_completion_tokens = max_tokens } = asked;
      const most =
        path === 'completions' ? {} : { max_completion_tokens: max_completion_tokens ?? MAX_TOKENS };
      const body = JSON.stringify({ ...asked, ...most });
      const run = () => answering(request, () => forward(request, path, { method: 'POST', body }), 'openai'); // inside the span
      const traceparent = request.headers.get('traceparent');
      return withSpan('generate', { model: asked.model }, run, { traceparent });
    },
    'openai',
  );
}

export function GET(request: Request, { params }: Params): Promise<Response> {
  return answering(
    request,
    async () => {
      const [first, name, ...more] = (await params).path;
      await permitted(request, 'model.generate');
      if (first !== 'models' || more.length > 0) throw nothingThere(request, (await params).path.join('/'));
      const path = name === undefined ? 'models' : `models/${encodeURIComponent(name)}`;
      return forward(request, path, { method: 'GET' });
    },
    'openai',
  );
}

/** Nothing here takes another method; Next would say so without a word. */
function refuseMethod(request: Request, { params }: Params): Promise<Response> {
  return answering(
    request,
    async () => {
      throw nothingThere(request, (await params).path.join('/'));
    },
    'openai',
  );
}

export { refuseMethod as DELETE, refuseMethod as PATCH, refuseMethod as PUT };

/** A request within the bounds. A list of one prompt, as some clients send it, is that prompt. */
function within(json: unknown): z.infer<typeof Bounds> {
  if (typeof json !== 'object' || json === null) throw new Rejection('api.not-json');
  const { prompt } = json as { prompt?: unknown };
  const isList = Array.isArray(prompt) && prompt.length === 1 && typeof prompt[0] !== 'number';
  const single = isList ? prompt[0] : prompt;
  return (Array.isArray(single) ? BoundsOfIds : Bounds).parse(isList ? { ...json, prompt: single } : json);
}

const nothingThere = ({ method }: Request, path: string) =>
  new Rejection('model.unknown-path', { method, path: path.slice(0, 200) });

function keyOf(actor: Actor | null): string {
  return actor && actor.kind !== 'system' ? actor.personId : '';
}

async function forward(
  request: Request,
  path: string,
  init: { method: string; body?: string },
): Promise<Response> {
  const server = serverEnv().MODEL_SERVER_URL;
  const traceparent = currentTraceparent() ?? request.headers.get('traceparent');
  const answer =
    server &&
    (await fetch(new URL(`/v1/${path}`, server), {
      ...init,
      headers: { 'content-type': 'application/json', ...(traceparent ? { traceparent } : {}) },
      redirect: 'error',
      signal: request.signal,
    }).catch(() => null));
  if (request.signal.aborted) return new Response(null, { status: 499 }); // nobody is there to read it
  if (!answer) throw new Rejection('model.server-away', { seconds: 10 });
  if (!answer.ok) return refused(request, answer);
  return new Response(answer.body, {
    headers: {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

const Failure = z.object({
  error: z.looseObject({
    message: z.string(),
    code: z.string().nullable(),
    tokens: z.number().optional(),
    limit: z.number().optional(),
  }),
});

/** The model server's refusal, in the hub's words where it has some; for our pages those stand beside it once more. */
async function refused(request: Request, answer: Response): Promise<Response> {
  const parsed = Failure.safeParse(await answer.json().catch(() => null));
  if (!parsed.success) throw new Error(`the model server answered with status ${answer.status}`);
  const { error } = parsed.data;
  const wait = answer.headers.get('retry-after');
  const headers: Record<string, string> = wait ? { 'retry-after': wait } : {};
  const known = rejectionOf(error, Number(wait));
  if (!known) return Response.json({ error }, { status: answer.status, headers });
  const rejection = rejectionShape(known, localeOf(request.headers));
  const translated = { ...error, message: rejection.text, code: openaiCode(known.code) };
  // A code of OpenAI's goes with the status that it has there.
  const status = known.code === error.code ? httpStatusOf(known.code) : answer.status;
  return Response.json({ error: translated, rejection }, { status, headers });
}

function rejectionOf(
  { code, tokens = 0, limit = 0, ...rest }: z.infer<typeof Failure>['error'],
  seconds: number,
) {
  if (code === 'overloaded') return { code: 'hub.busy' as RejectionCode, params: { seconds } };
  if (code === 'context_length_exceeded') {
    return {
      code: 'generate.prompt-too-long' as RejectionCode,
      params: { tokens, limit } as RejectionParams,
    };
  }
  const { message: _message, type: _type, param: _param, ...params } = rest;
  const parsed = RejectionValue.safeParse({ code, params });
  return parsed.success ? parsed.data : null;
}
