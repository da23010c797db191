import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Tensor, writeSafetensors } from '../../io/safetensors.ts';
import { checkpointPath, readSaved } from './saved.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saved-'));
});
afterEach(() => rm(folder, { recursive: true }));

const series = ['loss', 'gradNorm', 'learningRate'] as const;
const write = (metadata: Record<string, string>, lengths: readonly number[] = [2, 2, 2]) => {
  const histories = series.map((name, i): [string, Tensor] => {
    const data = new Float32Array(lengths[i]);
    return [`history.${name}`, { dtype: 'F32', shape: [data.length], data }];
  });
  const format = 'tsudoi-checkpoint-1';
  return writeSafetensors(checkpointPath(folder), new Map(histories), { format, ...metadata });
};
const sound = { step: '2', seconds: '1.5', skipped: '0', events: '[]', settings: '{"pretrain":{}}' };

it('a checkpoint is read back', async () => {
  await write(sound);
  const { state, history } = await readSaved(folder);
  expect([state.step, history.loss.length, history.seconds]).toEqual([2, 2, 1.5]);
});

it.each([
  ['no step', { ...sound, step: 'x' }, undefined, /step is x/],
  ['a step below zero', { ...sound, step: '-1' }, undefined, /step is -1/],
  ['half a batch passed over', { ...sound, skipped: '0.5' }, undefined, /skipped is 0\.5/],
  ['events that are none', { ...sound, events: '{' }, undefined, /events are no JSON list/],
  ['fewer losses than steps', sound, [2, 1, 2], /history\.gradNorm holds 1 values after 2 steps/],
  ['nothing of its settings', { step: '2', seconds: '1' }, undefined, /not of this command/],
] as const)(
  'a checkpoint with %s is refused, not taken for the end of a training',
  async (_what, meta, lengths, message) => {
    await write(meta, lengths);
    const error = (await readSaved(folder).catch((e: unknown) => e)) as Error;
    expect(['SafetensorsError', 'RecipeError']).toContain(error.name);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('checkpoint.safetensors');
  },
);
