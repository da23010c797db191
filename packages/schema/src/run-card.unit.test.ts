import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import frozen from './events/fixtures.json' with { type: 'json' };
import { lintAdvice } from './lint-advice.ts';
import { lintPretrain } from './pretrain-lint.ts';
import { type LlamaSettings as LlamaSchema, PretrainSettings, RunCard } from './recipes.ts';
import { Rejection, translateRejection } from './rejection.ts';
import { allDifferences, firstDifference, gatesOf, jobKindsOf, lintRunCard } from './run-card.ts';

type LlamaSettings = z.infer<typeof LlamaSchema>;
const registered = frozen.find(({ type }) => type === 'RunRegistered')!;
const card = RunCard.parse((registered.data as { card: unknown }).card);
const pretrain = card.pretrain;
const withPretrain = (change: Partial<PretrainSettings>): RunCard => ({
  ...card,
  pretrain: { ...pretrain, ...change },
});
const withOptimizer = (change: Partial<PretrainSettings['optimizer']>) =>
  withPretrain({ optimizer: { ...pretrain.optimizer, ...change } });
const withModel = (change: Partial<LlamaSettings>) =>
  withPretrain({ model: { ...pretrain.model, ...change } as PretrainSettings['model'] });

function refusalOf(bad: RunCard): Rejection {
  try {
    lintRunCard(bad);
  } catch (error) {
    if (error instanceof Rejection) return error;
  }
  throw new Error('the card was taken');
}

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
    ['pretrain.optimizer.beta2', withOptimizer({ beta2: 0.999 })],
    ['pretrain.optimizer.clipNorm', withOptimizer({ clipNorm: 100 })],
    ['pretrain.optimizer.weightDecay', withOptimizer({ weightDecay: 0.1 / pretrain.optimizer.learningRate })],
    [
      'pretrain.optimizer.schedule.decaySteps',
      withOptimizer({ schedule: { kind: 'wsd', decaySteps: pretrain.steps } }),
    ],
    ['pretrain.zLoss', withPretrain({ zLoss: 0.1 })],
    ['pretrain.checkpointEvery', withPretrain({ steps: 9000, checkpointEvery: 2000 })],
    ['pretrain.sequenceLength', withPretrain({ sequenceLength: 128 })],
    ['pretrain.checkpointEvery', withPretrain({ checkpointEvery: pretrain.steps + 1 })],
  ])('refuses a bad %s and says what to do in both languages', (field, bad) => {
    const refused = refusalOf(bad);
    expect(refused).toMatchObject({ code: 'run.card-lint', params: { field } });
    const { advice, ...params } = refused.params;
    for (const locale of ['ja', 'en'] as const) {
      const said = lintAdvice(String(advice), params, locale);
      expect(said).not.toBe(advice);
      expect(translateRejection(refused, locale)).toContain(said);
    }
  });
});

describe('the learning rate of a large model', () => {
  const of13B = (learningRate: number) =>
    lintPretrain({
      ...pretrain,
      steps: 494_120,
      model: {
        ...pretrain.model,
        hiddenSize: 5120,
        intermediateSize: 13824,
        layers: 40,
        heads: 40,
        keyValueHeads: 40,
      } as PretrainSettings['model'],
      optimizer: {
        ...pretrain.optimizer,
        learningRate,
        minLearningRate: 2e-5,
        warmupSteps: 2000,
        weightDecay: 0.1,
      },
      checkpointEvery: 1000,
    }).map((p) => p.field);

  test('is refused where a public run was unstable, and taken where one was released', () => {
    expect(of13B(2.5e-4)).toEqual(['optimizer.learningRate']);
    expect(of13B(2e-4)).toEqual([]);
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

test('every difference is named, not only the first', () => {
  const actual = { ...pretrain, optimizer: { ...pretrain.optimizer, beta2: 0.98 }, batchSize: 7, seed: 9 };
  expect(allDifferences(pretrain, actual).map(({ field }) => field)).toEqual([
    'batchSize',
    'optimizer.beta2',
    'seed',
  ]);
  expect(allDifferences(pretrain, pretrain)).toEqual([]);
});

describe('the gates of a card', () => {
  test('a card from before gates asks for the start of pretraining, or for nothing', () => {
    expect(gatesOf({ ...card, startCheck: true })).toEqual({ start: ['pretrain'], end: [] });
    expect(gatesOf({ ...card, startCheck: false })).toEqual({ start: [], end: [] });
  });

  test('start and end are asked for by kind of job; both ways to say the same are one look', () => {
    const gates = { start: ['dedup' as const, 'pretrain' as const], end: ['pretrain' as const] };
    expect(gatesOf({ ...card, startCheck: true, gates })).toEqual(gates);
    expect(gatesOf({ ...card, startCheck: false, gates })).toEqual(gates);
  });

  test('are named once each, and never for jobs that belong to sources', () => {
    const withStart = (start: unknown[]) => RunCard.safeParse({ ...card, gates: { start, end: [] } }).success;
    expect(withStart(['dedup', 'evaluate'])).toBe(true);
    expect(withStart(['dedup', 'dedup'])).toBe(false);
    expect(withStart(['ingest'])).toBe(false);
  });

  test('before a job that the run does not have are refused with their name', () => {
    const gates = { start: [], end: ['refine' as const] };
    expect(() => lintRunCard({ ...card, gates })).toThrow(
      expect.objectContaining({ params: expect.objectContaining({ field: 'gates.end', value: 'refine' }) }),
    );
    const corpus = { ranks: 1, filter: { rules: [{ filter: 'length', params: { min: 1 } }] } };
    expect(() => lintRunCard({ ...card, corpus, gates })).not.toThrow();
    const { sourceIds } = card;
    expect(jobKindsOf({ corpus, sourceIds })).toEqual(['refine', ...jobKindsOf({ sourceIds })]);
  });

  test('know the steps of a deduplication in ranks, which one source alone never has', () => {
    const gates = { start: ['dedup-group' as const], end: [] };
    const sourceIds = [...card.sourceIds, ...card.sourceIds];
    expect(() => lintRunCard({ ...card, sourceIds, corpus: { ranks: 2 }, gates })).not.toThrow();
    expect(() =>
      lintRunCard({ ...card, sourceIds: sourceIds.slice(0, 1), corpus: { ranks: 2 }, gates }),
    ).toThrow(expect.objectContaining({ params: expect.objectContaining({ value: 'dedup-group' }) }));
  });
});
