import type { Actor } from '@tsudoi/hub';
import { currentTraceparent, withSpan } from '@tsudoi/hub/telemetry';
import { Rejection, type RejectionCode, type RejectionParams, RejectionValue } from '@tsudoi/schema';
import { z } from 'zod';
import { boundedJson } from '../../../../../server/bounded-body.ts';
import { localeOf } from '../../../../../server/context.ts';
import { serverEnv } from '../../../../../server/env.ts';
import { answering, comesFromOwnPage, foreignOrigin, permitted } from '../../../../../server/handle.ts';
import { processWide } from '../../../../../server/process-wide.ts';
import { RateLimit } from '../../../../../server/rate-limit.ts';
import { httpStatusOf, rejectionShape } from '../../../../../server/rejections.ts';

/**
 * OpenAI's API over the hub's models, for the playground and for any client of it: `base_url` is /api/openai/v1 and the
 * key a token of the hub. The model server reads the rest of a request; here are the bounds of what one may ask for.
 */
const MAX_TOKENS = 512;
const Bounds = z.looseObject({
  model: z.string().max(100),
  prompt: z.string().min(1).max(4000).optional(),
  max_tokens: z.int().min(1).max(MAX_TOKENS).nullish(),
  max_completion_tokens: z.int().min(1).max(MAX_TOKENS).nullish(),
  n: z.literal(1).nullish(),
});

interface Params {
  params: Promise<{ path: string[] }>;
}

/** Models run few texts at a time; nobody gets more than a turn every three seconds for long. */
const limit = processWide('generate-limit', () => new RateLimit({ burst: 10, everyMs: 3000 }));

/** Closing the connection stops the model. */
export function POST(request: Request, { params }: Params): Promise<Response> {
  return answering(request, async () => {
    if (!comesFromOwnPage(request)) return foreignOrigin();
    const path = (await params).path.join('/');
    const actor = await permitted(request, 'model.generate');
    limit().take(keyOf(actor));
    const asked = Bounds.parse(await boundedJson(request, 64 * 1024));
    const isChat = path === 'chat/completions';
    const most = isChat
      ? { max_completion_tokens: asked.max_completion_tokens ?? asked.max_tokens ?? MAX_TOKENS }
      : {};
    const body = JSON.stringify({ ...asked, ...most });
    const run = () => answering(request, () => forward(request, path, { method: 'POST', body })); // inside the span
    const traceparent = request.headers.get('traceparent');
    return withSpan('generate', { model: asked.model }, run, { traceparent });
  });
}

export function GET(request: Request, { params }: Params): Promise<Response> {
  return answering(request, async () => {
    await permitted(request, 'model.generate');
    return forward(request, (await params).path.join('/'), { method: 'GET' });
  });
}

function keyOf(actor: Actor | null): string {
  return actor && actor.kind !== 'system' ? actor.personId : '';
}

async function forward(
  request: Request,
  path: string,
  init: { method: string; body?: string },
): Promise<Response> {
  const server = serverEnv().MODEL_SERVER_URL;
  if (!server || !/^[\w/.:-]+$/.test(path)) throw new Rejection('model.not-ready');
  const traceparent = currentTraceparent();
  const answer = await fetch(new URL(`/v1/${path}`, server), {
    ...init,
    headers: { 'content-type': 'application/json', ...(traceparent ? { traceparent } : {}) },
    redirect: 'error',
    signal: request.signal,
  }).catch(() => null);
  if (!answer) throw new Rejection('model.not-ready');
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

/** The model server's refusal as it is, and beside it, for our pages, the same in the hub's words where it has some. */
async function refused(request: Request, answer: Response): Promise<Response> {
  const parsed = Failure.safeParse(await answer.json().catch(() => null));
  if (!parsed.success) throw new Error(`the model server answered with status ${answer.status}`);
  const { error } = parsed.data;
  const known = rejectionOf(error);
  if (!known) return Response.json({ error }, { status: answer.status });
  const rejection = rejectionShape(known, localeOf(request.headers));
  return Response.json({ error, rejection }, { status: httpStatusOf(known.code) });
}

function rejectionOf({ code, tokens = 0, limit = 0, ...rest }: z.infer<typeof Failure>['error']) {
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
