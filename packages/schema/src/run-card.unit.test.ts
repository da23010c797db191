import { describe, expect, test } from 'vitest';
import frozen from './events/fixtures.json' with { type: 'json' };
import { PretrainSettings, RunCard } from './recipes.ts';
import { firstDifference, lintRunCard } from './run-card.ts';

const registered = frozen.find(({ type }) => type === 'RunRegistered')!;
const card = RunCard.parse((registered.data as { card: unknown }).card);
const pretrain = card.pretrain;
const withPretrain = (change: Partial<PretrainSettings>): RunCard => ({
  ...card,
  pretrain: { ...pretrain, ...change },
});
const withOptimizer = (change: Partial<PretrainSettings['optimizer']>) =>
  withPretrain({ optimizer: { ...pretrain.optimizer, ...change } });
const withModel = (change: Partial<PretrainSettings['model']>) =>
  withPretrain({ model: { ...pretrain.model, ...change } });

describe('the card lint', () => {
  test('passes a sound card', () => {
    expect(() => lintRunCard(card)).not.toThrow();
  });

  test.each([
    ['pretrain.optimizer.eps', withOptimizer({ eps: 1e-5 })],
    ['pretrain.optimizer.minLearningRate', withOptimizer({ minLearningRate: 1 })],
    ['pretrain.optimizer.warmupSteps', withOptimizer({ warmupSteps: pretrain.steps })],
    ['pretrain.model.heads', withModel({ heads: 5, keyValueHeads: 1 })],
    ['pretrain.model.heads', withModel({ hiddenSize: 18, heads: 6 })],
    ['pretrain.model.keyValueHeads', withModel({ keyValueHeads: 4 })],
    ['pretrain.sequenceLength', withPretrain({ sequenceLength: 128 })],
    ['pretrain.checkpointEvery', withPretrain({ checkpointEvery: pretrain.steps + 1 })],
  ])('refuses a bad %s', (field, bad) => {
    expect(() => lintRunCard(bad)).toThrow(
      expect.objectContaining({ code: 'run.card-lint', params: expect.objectContaining({ field }) }),
    );
  });
});

describe('the first difference between a card and what runs', () => {
  test('is none for equal settings in another order', () => {
    const turned = Object.fromEntries(Object.entries(pretrain).reverse());
    expect(firstDifference(pretrain, PretrainSettings.parse(turned))).toBeNull();
  });

  test('is named by its path, with both values', () => {
    const actual = { ...pretrain, optimizer: { ...pretrain.optimizer, learningRate: 0.02 }, seed: 9 };
    expect(firstDifference(pretrain, actual)).toEqual({
      field: 'optimizer.learningRate',
      card: '0.001',
      actual: '0.02',
    });
  });

  test('shows a field that is missing on one side', () => {
    const { seed: _, ...without } = pretrain;
    expect(firstDifference(pretrain, without as PretrainSettings)).toEqual({
      field: 'seed',
      card: '1',
      actual: '-',
    });
  });
});
