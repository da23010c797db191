import type { Language } from '@tsudoi/schema';
import type { CorpusDocument } from '../document.ts';
import type { QualityModel } from './quality-model.ts';
import type { WordCounter } from './word-list.ts';

/** What a rule was given besides numbers. */
export interface Resources {
  list: WordCounter;
  model: QualityModel | null;
}

/** Parameters of one rule. `min` and `max` are the bounds of the measured value, both inclusive. */
export type FilterParams = Record<string, number>;

interface Named {
  /** Where the measure and its usual threshold come from. */
  origin: string;
  /** Documents of other languages pass unmeasured. */
  languages: readonly Language[];
  /** Parameters besides `min` and `max`, with their defaults. */
  params?: FilterParams;
  /** True for a filter that looks for the words of a named list. */
  list?: true;
  /** True for a filter that asks the quality model. */
  model?: true;
}

/** One named measure of a document. It keeps a document whose value lies within `min` and `max`. */
export interface Filter extends Named {
  measure(document: CorpusDocument, params: FilterParams, resources: Resources): number;
}

export interface Edited {
  text: string;
  changes: number;
  /** Changes by kind, where there are kinds. */
  counts?: Record<string, number>;
}

/** One named change of the text. It drops nothing but a document of which nothing is left. */
export interface Edit extends Named {
  /** The new text, and how often something was changed. */
  edit(document: CorpusDocument, params: FilterParams): Edited;
}

export type Step = Filter | Edit;

export interface Verdict {
  value: number;
  passed: boolean;
  /** The bound that was broken, or the nearer one for a document that passed. */
  threshold: number;
}

/** A document the filter does not apply to passes with value 0. */
export function applyFilter(
  filter: Filter,
  document: CorpusDocument,
  params: FilterParams,
  resources: Resources,
): Verdict {
  if (!filter.languages.includes(document.meta.language))
    return { value: 0, passed: true, threshold: params.max ?? Number.POSITIVE_INFINITY };
  return verdictOf(
    filter.measure(document, filter.params ? { ...filter.params, ...params } : params, resources),
    params,
  );
}

/** Whether a value lies within its bounds, and the bound that decides. */
export function verdictOf(value: number, params: FilterParams): Verdict {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = params;
  const threshold = value < min || max === Number.POSITIVE_INFINITY ? min : max;
  return { value, passed: value >= min && value <= max, threshold };
}
