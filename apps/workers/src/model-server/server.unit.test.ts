import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGenerator } from '@tsudoi/engine';
import { Rejection } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverSentEvents } from '../donor/server-sent-events.ts';
import { silentLog } from '../roles/log.ts';
import type { LoadedModel } from './load-model.ts';
import { ModelCache } from './model-cache.ts';
import { createModelServer } from './server.ts';
import { tinyModel } from './testing/tiny-model.ts';

const artifactId = `art_${'a'.repeat(32)}`;
let server: Server;
let address: string;
let disposed = 0;

beforeAll(async () => {
  const models = new ModelCache<LoadedModel>(2, async (id) => {
    if (id !== artifactId) throw new Rejection('model.not-ready');
    const { config, parameters, tokenizer } = await tinyModel();
    const generator = createGenerator({ config, parameters, threads: 1 });
    const dispose = () => {
      disposed++;
      generator.dispose();
    };
    return { tokenizer, maxPositions: config.maxPositions, generator, dispose };
  });
  server = createModelServer(models, silentLog);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/generate`;
});
afterAll(() => server.close());

const post = (body: object) =>
  fetch(address, { method: 'POST', body: JSON.stringify({ artifactId, prompt: 'ab', ...body }) });

async function eventsOf(response: Response) {
  const events = [];
  for await (const { event, data } of serverSentEvents(response.body!))
    events.push({ event, data: JSON.parse(data) });
  return events;
}

test('tokens come as events, the same for the same seed, and an end that counts them', async () => {
  const ask = async () => eventsOf(await post({ maxTokens: 6, seed: 4, temperature: 1 }));
  const first = await ask();
  expect(first.at(-1)).toMatchObject({ event: 'done', data: { promptTokens: 2, seed: 4 } });
  expect(first.at(-1)?.data.tokens).toBeLessThanOrEqual(6);
  expect(await ask()).toEqual(first);
});

test('a prompt longer than the model is refused with its limit', async () => {
  const response = await post({ prompt: 'a'.repeat(100) });
  expect(response.status).toBe(422);
  expect(await response.json()).toEqual({
    rejection: { code: 'generate.prompt-too-long', params: { tokens: 100, limit: 30 } },
  });
});

test('an artifact that is no model, and input out of bounds, are refused with a reason', async () => {
  const other = await post({ artifactId: `art_${'b'.repeat(32)}` });
  expect(await other.json()).toMatchObject({ rejection: { code: 'model.not-ready' } });
  const hot = await post({ temperature: 9 });
  expect(await hot.json()).toMatchObject({
    rejection: { code: 'input.invalid', params: { field: 'temperature' } },
  });
  expect(disposed).toBe(0);
});
