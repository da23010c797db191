import type { IncomingMessage, Server } from 'node:http';
import { ApiError, createApiServer, type Models, unknownModel } from '@tsudoi/engine/serving';
import { currentTraceparent, traceIdOf, withSpan } from '@tsudoi/hub/telemetry';
import { Rejection, translateRejection } from '@tsudoi/schema';
import { describeError, type Log } from '../roles/log.ts';
import { type LoadedModel, parseModelName } from './load-model.ts';
import type { ModelCache } from './model-cache.ts';

/** A refusal of the hub in the shape of OpenAI's API: its code is the rejection's. */
function refusal(error: unknown): ApiError | undefined {
  if (!(error instanceof Rejection)) return undefined;
  const status = error.code.endsWith('.unknown') || error.code.endsWith('.missing') ? 404 : 422;
  return new ApiError(status, translateRejection(error, 'en'), error.code, 'model', error.params);
}

/**
 * OpenAI's API over the models of the hub, loaded when they are first asked for. `names` are the artifacts that can be
 * asked for; what cannot run here is refused with the hub's own code.
 */
export function createModelServer(
  cache: ModelCache<LoadedModel>,
  names: () => Promise<readonly string[]>,
  log: Log,
): Server {
  const models: Models = {
    names,
    async with(name, use) {
      if (!parseModelName(name)) throw unknownModel(name);
      return cache.with(name, ({ served }) => use(served));
    },
  };
  const traced = (request: IncomingMessage, run: () => Promise<void>) => {
    const { traceparent } = request.headers;
    return withSpan('generate', {}, run, {
      traceparent: typeof traceparent === 'string' ? traceparent : null,
    });
  };
  return createApiServer(models, {
    refusal,
    around: traced,
    onError: (error) =>
      log.error('generation failed', {
        error: describeError(error),
        traceId: traceIdOf(currentTraceparent()),
      }),
  });
}
