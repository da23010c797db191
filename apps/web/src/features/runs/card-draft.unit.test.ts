import { lintRunCard, RunCard, TrainingRecipe } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import recipe from '../../../../../recipes/first-llama.json' with { type: 'json' };
import { firstCard, gatedKinds, gatesIn, readCard, valueAt, withGate, withValue } from './card-draft.ts';

const sourceId = '018f0000-0000-7000-8000-000000000004';
const card = firstCard(TrainingRecipe.parse(recipe), [sourceId]);

test('with a title and a purpose the first card can be registered as it is', () => {
  const named = { ...card, title: 'A first run', purpose: 'To see how it goes' };
  expect(() => lintRunCard(RunCard.parse(named))).not.toThrow();
  expect(readCard(JSON.stringify(named))).toEqual({ card: named });
});

test('what is wrong is named by its path, and a text that is no object by its kind', () => {
  expect(readCard(JSON.stringify(card))).toMatchObject({ field: 'title' });
  expect(
    readCard(JSON.stringify({ ...card, ...{ title: 'named', purpose: 'named', steps: 3 } })),
  ).toMatchObject({
    field: 'JSON',
    problem: expect.stringContaining('steps'),
  });
  for (const text of ['[]', 'null', '{', '']) expect(readCard(text)).toMatchObject({ field: 'JSON' });
});

test('a field changes what stands at its path and nothing else', () => {
  const changed = withValue(card, 'pretrain.optimizer.learningRate', 0.5);
  expect(valueAt(changed, 'pretrain.optimizer.learningRate')).toBe(0.5);
  expect(withValue(changed, 'pretrain.optimizer.learningRate', 0.003)).toEqual(card);
  expect(withValue({}, 'needs.threads', 2)).toEqual({ needs: { threads: 2 } });
  expect(valueAt(card, 'title.of.nothing')).toBeUndefined();
});

test('shards are packed for the length that is trained on', () => {
  const changed = withValue(card, 'shards.sequenceLength', 64);
  expect(valueAt(changed, 'pretrain.sequenceLength')).toBe(64);
});

describe('gates', () => {
  test('are set and taken away one by one, and the old field says the same as the new one', () => {
    const both = withGate(withGate(card, 'end', 'dedup', true), 'start', 'pretrain', false);
    expect(both).toMatchObject({ startCheck: false, gates: { start: [], end: ['dedup', 'pretrain'] } });
    expect(gatesIn(withGate({ startCheck: true }, 'end', 'evaluate', true))).toEqual({
      start: ['pretrain'],
      end: ['evaluate'],
    });
  });

  test('are offered for the jobs of the run; one before a job that it has not stays in sight', () => {
    expect(gatedKinds(card)).toEqual(['dedup', 'tokenizer', 'shards', 'pretrain', 'evaluate']);
    expect(gatedKinds({ ...card, gates: { start: ['refine'], end: [] } })[0]).toBe('refine');
  });
});
