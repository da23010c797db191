import { expect, test } from 'vitest';
import { ModelCache } from './model-cache.ts';

function cache(capacity: number) {
  const events: string[] = [];
  const models = new ModelCache(capacity, async (id) => {
    events.push(`load ${id}`);
    if (id === 'broken') throw new Error('broken');
    return { dispose: () => events.push(`dispose ${id}`) };
  });
  return { models, events };
}
const use = async () => {};

test('the model that was not used for longest makes room', async () => {
  const { models, events } = cache(2);
  for (const id of ['a', 'b', 'a', 'c']) await models.with(id, use);
  expect(events).toEqual(['load a', 'load b', 'load c', 'dispose b']);
});

test('requests at the same time share one load', async () => {
  const { models, events } = cache(1);
  await Promise.all([models.with('a', use), models.with('a', use)]);
  expect(events).toEqual(['load a']);
});

test('a model in use is not given up, however many others come', async () => {
  const { models, events } = cache(1);
  await models.with('a', async () => {
    await models.with('b', use);
    expect(events).not.toContain('dispose a');
  });
});

test('a model that could not be loaded is tried again', async () => {
  const { models, events } = cache(1);
  await expect(models.with('broken', use)).rejects.toThrow('broken');
  await expect(models.with('broken', use)).rejects.toThrow('broken');
  expect(events).toEqual(['load broken', 'load broken']);
});
