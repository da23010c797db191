import { canonicalJson } from './canonical.ts';
import type { LintCode } from './lint-advice.ts';
import { lintPretrain } from './pretrain-lint.ts';
import type { PretrainSettings, RunCard, RunGates, RunJobKind } from './recipes.ts';
import { Rejection } from './rejection.ts';

/**
 * Refuses settings that are known to have spoiled real runs (LLM-jp's alpha models trained with Adam eps 1e-5).
 * @throws Rejection `run.card-lint`
 */
export function lintRunCard(card: RunCard): void {
  const problems = lintPretrain(card.pretrain);
  const { sequenceLength } = card.pretrain;
  if (sequenceLength !== card.shards.sequenceLength) {
    const params = { packed: card.shards.sequenceLength };
    problems.push({ field: 'sequenceLength', value: String(sequenceLength), code: 'packed-length', params });
  }
  if (problems.length > 0) {
    const { field, value, code, params } = problems[0];
    throw new Rejection('run.card-lint', { ...params, field: `pretrain.${field}`, value, advice: code });
  }
  const made = jobKindsOf(card);
  for (const gate of ['start', 'end'] as const) {
    const vain = card.gates?.[gate].find((kind) => !made.includes(kind));
    if (!vain) continue;
    const advice: LintCode = vain.startsWith('dedup-') ? 'no-ranks' : 'no-refine';
    throw new Rejection('run.card-lint', { field: `gates.${gate}`, value: vain, advice });
  }
}

/** The jobs of a run in the order in which they are drafted; documents are refined where the card asks for it. */
export function jobKindsOf(card: Pick<RunCard, 'corpus' | 'sourceIds'>): RunJobKind[] {
  const refined = card.corpus?.filter || card.corpus?.decontaminate;
  return [
    ...(refined ? ['refine' as const] : []),
    ...(dedupRanksOf(card) > 1 ? (['dedup-sign', 'dedup-group', 'dedup-apply'] as const) : []),
    ...(['dedup', 'tokenizer', 'shards', 'pretrain', 'evaluate'] as const),
  ];
}

/** How many jobs share the sources of a run: at most one a source. */
export const ranksOf = ({ corpus, sourceIds }: Pick<RunCard, 'corpus' | 'sourceIds'>): number =>
  Math.min(corpus?.ranks ?? 1, sourceIds.length);

/**
 * How many jobs share the deduplication of a run; 1: one job does all of it in memory. Rules on repeated paragraphs keep
 * it in one job, because they count over all documents before the first is signed.
 */
export const dedupRanksOf = (card: Pick<RunCard, 'corpus' | 'sourceIds'>): number =>
  card.corpus?.paragraphs ? 1 : ranksOf(card);

/** The jobs at whose start and end a supervisor looks. Cards from before gates could ask for the start of pretraining alone. */
export function gatesOf({ startCheck, gates }: Pick<RunCard, 'startCheck' | 'gates'>): RunGates {
  const { start = [], end = [] } = gates ?? {};
  return { start: startCheck && !start.includes('pretrain') ? [...start, 'pretrain'] : start, end };
}

export interface SettingDifference {
  /** Dotted path, e.g. `optimizer.learningRate`. */
  field: string;
  card: string;
  actual: string;
}

/** The first setting in which a run departs from its card, or null. */
export function firstDifference(card: PretrainSettings, actual: PretrainSettings): SettingDifference | null {
  return allDifferences(card, actual)[0] ?? null;
}

/** Every setting in which a run departs from its card, by path. */
export function allDifferences(card: unknown, actual: unknown, path = ''): SettingDifference[] {
  if (isRecord(card) && isRecord(actual)) {
    return [...new Set([...Object.keys(card), ...Object.keys(actual)])]
      .sort()
      .flatMap((key) => allDifferences(card[key], actual[key], path ? `${path}.${key}` : key));
  }
  const show = (value: unknown) => (value === undefined ? '-' : canonicalJson(value));
  return show(card) === show(actual) ? [] : [{ field: path, card: show(card), actual: show(actual) }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
