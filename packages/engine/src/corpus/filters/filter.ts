import type { Language } from '@tsudoi/schema';
import type { CorpusDocument } from '../document.ts';

/** Parameters of one rule. `min` and `max` are the bounds of the measured value, both inclusive. */
export type FilterParams = Record<string, number>;

/** One named measure of a document. It keeps a document whose value lies within `min` and `max`. */
export interface Filter {
  /** Where the measure and its usual threshold come from. */
  origin: string;
  /** Documents of other languages pass unmeasured. */
  languages: readonly Language[];
  /** Parameters besides `min` and `max`, with their defaults. */
  params?: FilterParams;
  measure(document: CorpusDocument, params: FilterParams): number;
}

export interface Verdict {
  value: number;
  passed: boolean;
  /** The bound that was broken, or the nearer one for a document that passed. */
  threshold: number;
}

/** A document the filter does not apply to passes with value 0. */
export function applyFilter(filter: Filter, document: CorpusDocument, params: FilterParams): Verdict {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = params;
  if (!filter.languages.includes(document.meta.language)) return { value: 0, passed: true, threshold: max };
  const value = filter.measure(document, { ...filter.params, ...params });
  const threshold = value < min || max === Number.POSITIVE_INFINITY ? min : max;
  return { value, passed: value >= min && value <= max, threshold };
}
