import { canonicalJson } from './canonical.ts';
import type { PretrainSettings, RunCard } from './recipes.ts';
import { Rejection } from './rejection.ts';

/**
 * Refuses settings that are known to have spoiled real runs (LLM-jp's alpha models trained with Adam eps 1e-5).
 * @throws Rejection `run.card-lint`
 */
export function lintRunCard(card: RunCard): void {
  const { optimizer, model, sequenceLength, steps, checkpointEvery } = card.pretrain;
  const refuse = (field: string, value: number, advice: string): never => {
    throw new Rejection('run.card-lint', { field, value: String(value), advice });
  };
  if (optimizer.eps > 1e-6) refuse('pretrain.optimizer.eps', optimizer.eps, 'use 1e-8');
  if (optimizer.minLearningRate > optimizer.learningRate) {
    refuse(
      'pretrain.optimizer.minLearningRate',
      optimizer.minLearningRate,
      'it must not exceed learningRate',
    );
  }
  if (optimizer.warmupSteps >= steps)
    refuse('pretrain.optimizer.warmupSteps', optimizer.warmupSteps, 'it must be below steps');
  if (model.hiddenSize % model.heads !== 0)
    refuse('pretrain.model.heads', model.heads, 'it must divide hiddenSize');
  if ((model.hiddenSize / model.heads) % 2 !== 0)
    refuse('pretrain.model.heads', model.heads, 'RoPE needs an even head size');
  if (model.heads % model.keyValueHeads !== 0)
    refuse('pretrain.model.keyValueHeads', model.keyValueHeads, 'it must divide heads');
  if (sequenceLength !== card.shards.sequenceLength) {
    refuse(
      'pretrain.sequenceLength',
      sequenceLength,
      `the shards are packed for ${card.shards.sequenceLength}`,
    );
  }
  if (checkpointEvery > steps)
    refuse('pretrain.checkpointEvery', checkpointEvery, 'it must not exceed steps');
}

/** The first setting in which a run departs from its card, or null. Paths are dotted, e.g. `optimizer.learningRate`. */
export function firstDifference(
  card: PretrainSettings,
  actual: PretrainSettings,
): { field: string; card: string; actual: string } | null {
  return compare(card, actual, '');
}

function compare(
  card: unknown,
  actual: unknown,
  path: string,
): { field: string; card: string; actual: string } | null {
  if (isRecord(card) && isRecord(actual)) {
    for (const key of [...new Set([...Object.keys(card), ...Object.keys(actual)])].sort()) {
      const found = compare(card[key], actual[key], path ? `${path}.${key}` : key);
      if (found) return found;
    }
    return null;
  }
  const show = (value: unknown) => (value === undefined ? '-' : canonicalJson(value));
  return show(card) === show(actual) ? null : { field: path, card: show(card), actual: show(actual) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
