import type { Actor } from '@tsudoi/hub';
import { currentTraceparent, withSpan } from '@tsudoi/hub/telemetry';
import { ArtifactId, Rejection, RejectionValue } from '@tsudoi/schema';
import { z } from 'zod';
import { boundedJson } from '../../../server/bounded-body.ts';
import { serverEnv } from '../../../server/env.ts';
import { answering, comesFromOwnPage, foreignOrigin, permitted } from '../../../server/handle.ts';
import { processWide } from '../../../server/process-wide.ts';
import { RateLimit } from '../../../server/rate-limit.ts';

const Input = z.strictObject({
  artifactId: ArtifactId,
  prompt: z.string().min(1).max(4000),
  maxTokens: z.int().min(1).max(512),
  temperature: z.number().min(0).max(2),
  topP: z.number().gt(0).max(1).default(0.95),
  seed: z.int().nonnegative().optional(),
});

/** Models run one text after the other; nobody gets more than a turn every three seconds for long. */
const limit = processWide('generate-limit', () => new RateLimit({ burst: 10, everyMs: 3000 }));

/** Runs a model: the model server's event stream, passed on as it comes. Closing the page stops the model. */
export function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    if (!comesFromOwnPage(request)) return foreignOrigin();
    const actor = await permitted(request, 'model.generate');
    limit().take(keyOf(actor));
    const input = Input.parse(await boundedJson(request, 64 * 1024));
    const traceparent = request.headers.get('traceparent');
    return withSpan('generate', { 'artifact.id': input.artifactId }, () => run(input, request.signal), {
      traceparent,
    });
  });
}

function keyOf(actor: Actor | null): string {
  return actor && actor.kind !== 'system' ? actor.personId : '';
}

async function run(input: z.infer<typeof Input>, signal: AbortSignal): Promise<Response> {
  const server = serverEnv().MODEL_SERVER_URL;
  if (!server) throw new Rejection('model.not-ready');
  const traceparent = currentTraceparent();
  const answer = await fetch(new URL('/generate', server), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(traceparent ? { traceparent } : {}),
    },
    body: JSON.stringify(input),
    redirect: 'error',
    signal,
  }).catch(() => null);
  if (!answer) throw new Rejection('model.not-ready');
  if (!answer.ok) throw await refusalIn(answer);
  return new Response(answer.body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

async function refusalIn(answer: Response): Promise<Error> {
  const body: unknown = await answer.json().catch(() => null);
  const parsed = z.object({ rejection: RejectionValue }).safeParse(body);
  if (parsed.success) return new Rejection(parsed.data.rejection.code, parsed.data.rejection.params);
  return new Error(`the model server answered with status ${answer.status}`);
}
