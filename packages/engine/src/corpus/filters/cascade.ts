import { type FilterRule, Rejection } from '@tsudoi/schema';
import type { CorpusDocument } from '../document.ts';
import { applyFilter, type Resources, type Step, type Verdict } from './filter.ts';
import { checkRules } from './presets.ts';
import type { QualityModel } from './quality-model.ts';
import { filters } from './registry.ts';
import { countTogether } from './word-list.ts';
import { NO_WORDS, wordList, wordListNames } from './word-lists.ts';

export interface CascadeOptions {
  /** Word lists by name; they stand in for built-in lists of the same name. */
  lists?: Record<string, readonly string[]>;
  /** For the filter `perplexity`. */
  model?: QualityModel;
}

export interface EditCount {
  index: number;
  changes: number;
  counts: Record<string, number>;
}

export interface CascadeResult {
  /** The document as the edits before its failure left it. */
  document: CorpusDocument;
  /** The first rule it failed, with the value; null for a document that is kept. */
  failure: { index: number; verdict: Verdict } | null;
  edits: EditCount[];
}

export interface CompiledRule {
  rule: FilterRule;
  step: Step;
  resources: Resources;
}

export interface Cascade {
  readonly rules: readonly CompiledRule[];
  /** Rules over lists that hold no word: they pass everything, and whoever runs them should say so. */
  readonly emptyLists: readonly string[];
  run(document: CorpusDocument): CascadeResult;
}

/**
 * Binds rules to their filters, lists and model. @throws Rejection recipe.unknown-filter, recipe.invalid (a parameter, a list or a model
 * that is not there)
 */
export function compileCascade(
  rules: readonly FilterRule[],
  { lists = {}, model }: CascadeOptions = {},
): Cascade {
  checkRules([...rules]);
  const bound = rules.map((rule, index) => bind(rule, index, lists, model));
  const shared = countTogether(bound.map(({ resources }) => resources.list));
  const compiled = bound.map((each): CompiledRule => {
    return { ...each, resources: { ...each.resources, list: shared.get(each.resources.list) ?? NO_WORDS } };
  });
  const emptyLists = compiled.filter(({ rule, resources }) => rule.list && resources.list.size === 0);
  return {
    rules: compiled,
    emptyLists: emptyLists.map(({ rule }) => rule.list as string),
    run: (document) => runCascade(document, compiled),
  };
}

function bind(
  rule: FilterRule,
  index: number,
  lists: Record<string, readonly string[]>,
  model: QualityModel | undefined,
) {
  const step = filters[rule.filter] as Step;
  const refuse = (key: string, problem: string) =>
    new Rejection('recipe.invalid', { field: `rules.${index}.${key}`, problem });
  if (step.model && !model) throw refuse('filter', `${rule.filter}: no quality model was given`);
  if (step.list !== (rule.list === undefined ? undefined : true))
    throw refuse('list', step.list ? wordListNames.join(', ') : `${rule.filter} takes no list`);
  const list = rule.list === undefined ? NO_WORDS : wordList(rule.list, lists);
  if (!list)
    throw refuse('list', `${rule.list}; known: ${[...wordListNames, ...Object.keys(lists)].join(', ')}`);
  return { rule, step, resources: { list, model: model ?? null } };
}

function runCascade(document: CorpusDocument, rules: readonly CompiledRule[]): CascadeResult {
  let current = document;
  const edits: EditCount[] = [];
  for (let index = 0; index < rules.length; index++) {
    const { rule, step, resources } = rules[index] as CompiledRule;
    if ('measure' in step) {
      const verdict = applyFilter(step, current, rule.params, resources);
      if (!verdict.passed) return { document: current, failure: { index, verdict }, edits };
      continue;
    }
    if (!step.languages.includes(current.meta.language)) continue;
    const { text, changes, counts = {} } = step.edit(current, { ...step.params, ...rule.params });
    if (changes === 0) continue;
    edits.push({ index, changes, counts });
    if (text === '') return { document: current, failure: { index, verdict: EMPTIED }, edits };
    current = { text, meta: current.meta };
  }
  return { document: current, failure: null, edits };
}

/** An edit that leaves nothing drops the document: 0 characters, at least 1 asked. */
const EMPTIED: Verdict = { value: 0, passed: false, threshold: 1 };
