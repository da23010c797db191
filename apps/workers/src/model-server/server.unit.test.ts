import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGenerator } from '@tsudoi/engine';
import { Rejection } from '@tsudoi/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverSentEvents } from '../donor/server-sent-events.ts';
import { silentLog } from '../roles/log.ts';
import { type LoadedModel, parseModelName } from './load-model.ts';
import { ModelCache } from './model-cache.ts';
import { createModelServer } from './server.ts';
import { tinyModel } from './testing/tiny-model.ts';

const name = `art_${'a'.repeat(32)}`;
let server: Server;
let address: string;
let disposed = 0;

async function load(asked: string): Promise<LoadedModel> {
  if (asked !== name) throw new Rejection('model.not-ready');
  const { config, parameters, tokenizer } = await tinyModel();
  const { eosId } = tokenizer;
  const generator = createGenerator({ config, parameters, threads: 1 });
  return {
    served: { model: { name, tokenizer, specials: new Map(), beginId: eosId, endIds: [eosId] }, generator },
    dispose() {
      disposed++;
      generator.dispose();
    },
  };
}

beforeAll(async () => {
  server = createModelServer(new ModelCache(2, load), async () => [name], silentLog);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => server.close());

const post = (body: object) =>
  fetch(`${address}/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: name, prompt: 'ab', ...body }),
  });

async function chunksOf(response: Response) {
  const chunks = [];
  for await (const { data } of serverSentEvents(response.body!))
    if (data !== '[DONE]') chunks.push(JSON.parse(data));
  return chunks;
}

test('the models of the hub are listed by their artifacts', async () => {
  const { data } = (await (await fetch(`${address}/models`)).json()) as { data: { id: string }[] };
  expect(data.map((m) => m.id)).toEqual([name]);
});

test('tokens come as chunks, the same for the same seed, and an end that counts them', async () => {
  const settings = {
    max_tokens: 6,
    seed: 4,
    temperature: 1,
    stream: true,
    stream_options: { include_usage: true },
  };
  const text = async () => {
    const chunks = await chunksOf(await post(settings));
    // The separator before the text is counted: documents begin with it.
    expect(chunks.at(-1).usage).toMatchObject({ prompt_tokens: 3 });
    expect(chunks.at(-1).usage.completion_tokens).toBeLessThanOrEqual(6);
    return chunks.map((c) => c.choices[0]?.text ?? '').join('');
  };
  expect(await text()).toBe(await text());
});

test('a prompt longer than the model is refused with its numbers', async () => {
  const response = await post({ prompt: 'a'.repeat(100) });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { code: 'context_length_exceeded', tokens: 101, limit: 32 },
  });
});

test('an artifact that is no model, and input out of bounds, are refused with a reason', async () => {
  const other = await post({ model: `art_${'b'.repeat(32)}` });
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ error: { code: 'model.not-ready' } });
  const foreign = await post({ model: 'gpt-4' });
  expect(foreign.status).toBe(404);
  expect(await foreign.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
  const hot = await post({ temperature: 9 });
  expect(await hot.json()).toMatchObject({ error: { code: 'invalid_value', param: 'temperature' } });
  expect(disposed).toBe(0);
});

test('a name says which artifact and how many bits', () => {
  expect(parseModelName(name)).toEqual({ artifactId: name, quantize: undefined });
  expect(parseModelName(`${name}:int8`)).toEqual({ artifactId: name, quantize: 'int8' });
  for (const wrong of [`${name}:int3`, 'gpt-4', `${name}/x`, '']) expect(parseModelName(wrong)).toBeNull();
});
