import { canonicalJson } from './canonical.ts';
import { lintPretrain } from './pretrain-lint.ts';
import type { PretrainSettings, RunCard } from './recipes.ts';
import { Rejection } from './rejection.ts';

/**
 * Refuses settings that are known to have spoiled real runs (LLM-jp's alpha models trained with Adam eps 1e-5).
 * @throws Rejection `run.card-lint`
 */
export function lintRunCard(card: RunCard): void {
  const problems = lintPretrain(card.pretrain);
  const { sequenceLength } = card.pretrain;
  if (sequenceLength !== card.shards.sequenceLength) {
    const advice = `the shards are packed for ${card.shards.sequenceLength}`;
    problems.push({ field: 'sequenceLength', value: String(sequenceLength), advice });
  }
  if (problems.length > 0) {
    const { field, value, advice } = problems[0];
    throw new Rejection('run.card-lint', { field: `pretrain.${field}`, value, advice });
  }
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
