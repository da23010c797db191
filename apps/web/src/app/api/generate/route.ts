import { ArtifactId, Rejection, RejectionValue } from '@tsudoi/schema';
import { z } from 'zod';
import { boundedJson } from '../../../server/bounded-body.ts';
import { serverEnv } from '../../../server/env.ts';
import { answering, comesFromOwnPage, foreignOrigin, permitted } from '../../../server/handle.ts';

const Input = z.strictObject({
  artifactId: ArtifactId,
  prompt: z.string().min(1).max(4000),
  maxTokens: z.int().min(1).max(512),
  temperature: z.number().min(0).max(2),
  topP: z.number().gt(0).max(1).default(0.95),
  seed: z.int().nonnegative().optional(),
});

/** Runs a model: the model server's event stream, passed on as it comes. Closing the page stops the model. */
export function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    if (!comesFromOwnPage(request)) return foreignOrigin();
    await permitted(request, 'model.generate');
    const input = Input.parse(await boundedJson(request, 64 * 1024));
    const server = serverEnv().MODEL_SERVER_URL;
    if (!server) throw new Rejection('model.not-ready');
    const answer = await fetch(new URL('/generate', server), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(input),
      redirect: 'error',
      signal: request.signal,
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
  });
}

async function refusalIn(answer: Response): Promise<Error> {
  const body: unknown = await answer.json().catch(() => null);
  const parsed = z.object({ rejection: RejectionValue }).safeParse(body);
  if (parsed.success) return new Rejection(parsed.data.rejection.code, parsed.data.rejection.params);
  return new Error(`the model server answered with status ${answer.status}`);
}
