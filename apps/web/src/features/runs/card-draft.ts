import {
  CorpusSettings,
  gatesOf,
  jobKindsOf,
  PlainTokenizer,
  RunCard,
  RunGates,
  RunJobKind,
  type TrainingRecipe,
} from '@tsudoi/schema';
import type { z } from 'zod';

/** A card while it is written: any JSON object, because people edit it as text too. */
export type CardDraft = Record<string, unknown>;
export interface CardProblem {
  /** Dotted path within the card; `JSON` where the text is none. */
  field: string;
  problem: string;
}
export type Gate = keyof RunGates;

/**
 * What a new card begins with: the settings of a ready recipe, over sources that are ready to be trained on, with the
 * looks of a supervisor that LLM-jp keeps: before pretraining starts and before its result counts.
 */
export function firstCard(recipe: TrainingRecipe, sourceIds: string[]): RunCard {
  const { pretrain, tokenizer } = recipe;
  const trained = tokenizer && 'train' in tokenizer ? tokenizer.train : {};
  return {
    ...{ title: '', purpose: '', sourceIds: [...sourceIds].sort().slice(0, 100) },
    dedup: { ngram: 5, buckets: 20, rows: 10, seed: 1 },
    tokenizer: PlainTokenizer.parse(trained),
    shards: { sequenceLength: pretrain.sequenceLength, heldOutShare: 0.02, seed: 1 },
    pretrain,
    evaluate: { prompts: ['日本語の', 'The '], sampleTokens: 40, temperature: 0.7, topP: 0.9, seed: 1 },
    needs: { threads: 2, memoryMiB: 2048, diskMiB: 1024 },
    startCheck: true,
    gates: { start: ['pretrain'], end: ['pretrain'] },
  };
}

/** @param words what zod says about a wrong value, in the reader's language */
export function readCard(text: string, words?: z.core.$ZodErrorMap): { card: RunCard } | CardProblem {
  const json = readJson(text);
  if ('problem' in json) return json;
  const read = RunCard.safeParse(json.value, { error: words });
  if (read.success) return { card: read.data };
  const { path, message } = read.error.issues[0]!;
  return { field: path.join('.') || 'JSON', problem: message };
}

export function readJson(text: string): { value: CardDraft } | CardProblem {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { value } : { field: 'JSON', problem: '{ … }' };
  } catch (error) {
    return { field: 'JSON', problem: error instanceof Error ? error.message : '' };
  }
}

export const asText = (card: CardDraft) => JSON.stringify(card, null, 2);

/** What stands at a dotted path. */
export function valueAt(card: CardDraft, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), card);
}

/** The card with another value at a dotted path. The packed length of the shards is the one that is trained on. */
export function withValue(card: CardDraft, path: string, value: unknown): CardDraft {
  const changed = putAt(card, path.split('.'), value);
  return path === 'shards.sequenceLength' ? putAt(changed, ['pretrain', 'sequenceLength'], value) : changed;
}

function putAt(object: CardDraft, [key, ...rest]: string[], value: unknown): CardDraft {
  if (key === undefined) return object;
  const below = object[key];
  return { ...object, [key]: rest.length === 0 ? value : putAt(isObject(below) ? below : {}, rest, value) };
}

/** The gates that a draft asks for so far; what is no gate counts for nothing until the card is read. */
export function gatesIn(card: CardDraft): RunGates {
  return gatesOf({ startCheck: card.startCheck === true, gates: RunGates.safeParse(card.gates).data });
}

/** The jobs that may get a gate: those of the run, and those that a card names though the run has none of them. */
export function gatedKinds(card: CardDraft): RunJobKind[] {
  const { start, end } = gatesIn(card);
  const kinds = new Set([
    ...jobKindsOf({
      corpus: CorpusSettings.safeParse(card.corpus).data,
      sourceIds: Array.isArray(card.sourceIds) ? card.sourceIds : [],
    }),
    ...start,
    ...end,
  ]);
  return RunJobKind.options.filter((kind) => kinds.has(kind));
}

export function withGate(card: CardDraft, gate: Gate, kind: RunJobKind, wanted: boolean): CardDraft {
  const before = gatesIn(card);
  const kinds = new Set(before[gate]);
  if (wanted) kinds.add(kind);
  else kinds.delete(kind);
  const gates = { ...before, [gate]: RunJobKind.options.filter((one) => kinds.has(one)) };
  return { ...card, startCheck: gates.start.includes('pretrain'), gates };
}

function isObject(value: unknown): value is CardDraft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
