import type { FilterRule } from '@tsudoi/schema';
import { Rejection } from '@tsudoi/schema';
import type { CorpusDocument } from '../document.ts';
import { type CascadeOptions, type CompiledRule, compileCascade } from './cascade.ts';
import { applyFilter, type FilterParams, verdictOf } from './filter.ts';

export interface PreviewOptions extends CascadeOptions {
  /** The filter whose threshold is moved; where the cascade has it more than once, `occurrence` (from 0) says which. */
  filter: string;
  occurrence?: number;
  /** Bounds and parameters that replace those of the preset. */
  params?: FilterParams;
  /** By document id: true for a document that should be kept. */
  labels?: ReadonlyMap<string, boolean>;
  /** Documents shown on each side, those nearest to the threshold. */
  samples?: number;
}

export interface PreviewSample {
  id: string;
  path: string;
  value: number;
  excerpt: string;
  /** What a person said; absent for a document without a label. */
  shouldKeep?: boolean;
}

/** Agreement with labels, where "positive" means kept. */
export interface Agreement {
  labelled: number;
  precision: number;
  recall: number;
  f1: number;
}

/** How one bound would do, all else equal. */
export interface CurvePoint {
  threshold: number;
  kept: number;
  agreement: Agreement | null;
}

export interface FilterPreview {
  filter: string;
  origin: string;
  params: FilterParams;
  /** The bound that the curve moves. */
  bound: 'min' | 'max';
  total: number;
  /** Documents of a language that the filter is not made for. They pass, and stand in no count below. */
  otherLanguages: number;
  /** Documents that an earlier rule of the cascade drops already. They are measured too. */
  droppedBefore: number;
  kept: number;
  dropped: number;
  histogram: { from: number; to: number; count: number }[];
  curve: CurvePoint[];
  agreement: Agreement | null;
  keptSamples: PreviewSample[];
  droppedSamples: PreviewSample[];
}

interface Measured {
  document: CorpusDocument;
  value: number;
  shouldKeep: boolean | undefined;
}

const BINS = 40;
const EXCERPT = 200;

/**
 * What one filter of a cascade does to a sample as its threshold moves: kept and dropped documents nearest to the threshold, the distribution
 * of its values, and for up to 41 thresholds how many would be kept and how well that agrees with labels, so that whoever draws it can move the
 * threshold without asking again. Every document is measured by this filter, after the edits that stand before it, even where an
 * earlier rule would have dropped it. @throws Rejection recipe.unknown-filter, recipe.invalid
 */
export function previewFilters(
  sample: Iterable<CorpusDocument>,
  rules: readonly FilterRule[],
  options: PreviewOptions,
): FilterPreview {
  const changed = withOverride(rules, options);
  const cascade = compileCascade(changed.rules, options);
  const chosen = cascade.rules[changed.index] as CompiledRule;
  const before = cascade.rules.slice(0, changed.index);
  const measured: Measured[] = [];
  let droppedBefore = 0;
  let otherLanguages = 0;
  for (const document of sample) {
    if (!chosen.step.languages.includes(document.meta.language)) {
      otherLanguages += 1;
      continue;
    }
    const { text, dropped } = passThrough(document, before);
    if (dropped) droppedBefore += 1;
    const value = measureOf(chosen, { text, meta: document.meta });
    measured.push({ document, value, shouldKeep: options.labels?.get(document.meta.id) });
  }
  const total = measured.length + otherLanguages;
  return { ...describe(chosen, measured, options.samples ?? 5), total, otherLanguages, droppedBefore };
}

function withOverride(rules: readonly FilterRule[], { filter, occurrence = 0, params }: PreviewOptions) {
  const places = rules.flatMap((rule, index) => (rule.filter === filter ? [index] : []));
  const index = places[occurrence];
  if (index === undefined) {
    const known = [...new Set(rules.map((rule) => rule.filter))].join(', ');
    throw new Rejection('recipe.unknown-filter', { filter, known });
  }
  const old = rules[index] as FilterRule;
  return { index, rules: rules.with(index, { ...old, params: { ...old.params, ...params } }) };
}

/** The text as the edits before the filter leave it, and whether a rule before it drops the document. */
function passThrough(
  document: CorpusDocument,
  rules: readonly CompiledRule[],
): { text: string; dropped: boolean } {
  let { text } = document;
  let dropped = false;
  for (const { rule, step, resources } of rules) {
    const current = { text, meta: document.meta };
    if ('measure' in step) dropped ||= !applyFilter(step, current, rule.params, resources).passed;
    else if (step.languages.includes(document.meta.language))
      text = step.edit(current, { ...step.params, ...rule.params }).text;
  }
  return { text, dropped };
}

/** Of an edit the number of its changes, so that a preview of it makes sense too. */
function measureOf({ rule, step, resources }: CompiledRule, document: CorpusDocument): number {
  const params = { ...step.params, ...rule.params };
  return 'measure' in step ? step.measure(document, params, resources) : step.edit(document, params).changes;
}

function describe({ rule, step }: CompiledRule, measured: Measured[], samples: number) {
  const bound: 'min' | 'max' = rule.params.max === undefined && rule.params.min !== undefined ? 'min' : 'max';
  const isKept = (value: number) => verdictOf(value, rule.params).passed;
  const [kept, dropped] = [
    measured.filter(({ value }) => isKept(value)),
    measured.filter(({ value }) => !isKept(value)),
  ];
  const threshold = rule.params[bound] ?? Number.POSITIVE_INFINITY;
  const nearest = (some: Measured[]) =>
    [...some]
      .sort((a, b) => Math.abs(a.value - threshold) - Math.abs(b.value - threshold))
      .slice(0, samples)
      .map(asSample);
  const values = measured
    .map(({ value }) => value)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return {
    filter: rule.filter,
    origin: step.origin,
    params: rule.params,
    bound,
    kept: kept.length,
    dropped: dropped.length,
    histogram: histogramOf(values, threshold),
    curve: thresholdsOf(values).map((at) => pointOf(at, measured, { ...rule.params, [bound]: at })),
    agreement: agreementOf(measured, isKept),
    keptSamples: nearest(kept),
    droppedSamples: nearest(dropped),
  };
}

function asSample({ document, value, shouldKeep }: Measured): PreviewSample {
  const { id, path } = document.meta;
  const excerpt = document.text.slice(0, EXCERPT).toWellFormed();
  return { id, path, value, excerpt, ...(shouldKeep === undefined ? {} : { shouldKeep }) };
}

/** Equal widths up to the 95th percentile or the threshold; what lies outside is counted in the outermost bins. */
function histogramOf(sorted: number[], threshold: number): FilterPreview['histogram'] {
  if (sorted.length === 0) return [];
  const reach = Number.isFinite(threshold) ? threshold : (sorted[0] as number);
  const low = Math.min(quantile(sorted, 0.005), reach);
  const high = Math.max(quantile(sorted, 0.95), reach);
  const bins = low === high ? 1 : BINS;
  const width = (high - low) / bins;
  const histogram = Array.from({ length: bins }, (_, i) => ({
    from: low + i * width,
    to: low + (i + 1) * width,
    count: 0,
  }));
  for (const value of sorted) {
    const bin = width === 0 ? 0 : Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)));
    (histogram[bin] as { count: number }).count += 1;
  }
  return histogram;
}

/** Values at equal steps of rank, so that every step moves about as many documents. */
function thresholdsOf(sorted: number[]): number[] {
  if (sorted.length === 0) return [];
  return [...new Set(Array.from({ length: BINS + 1 }, (_, i) => quantile(sorted, i / BINS)))];
}

const quantile = (sorted: number[], q: number) => sorted[Math.round(q * (sorted.length - 1))] as number;

function pointOf(threshold: number, measured: Measured[], params: FilterParams): CurvePoint {
  const isKept = (value: number) => verdictOf(value, params).passed;
  return {
    threshold,
    kept: measured.filter(({ value }) => isKept(value)).length,
    agreement: agreementOf(measured, isKept),
  };
}

function agreementOf(measured: Measured[], isKept: (value: number) => boolean): Agreement | null {
  let labelled = 0;
  let kept = 0;
  let wanted = 0;
  let both = 0;
  for (const { value, shouldKeep } of measured) {
    if (shouldKeep === undefined) continue;
    labelled += 1;
    if (isKept(value)) kept += 1;
    if (shouldKeep) wanted += 1;
    if (shouldKeep && isKept(value)) both += 1;
  }
  if (labelled === 0) return null;
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const [precision, recall] = [ratio(both, kept), ratio(both, wanted)];
  return { labelled, precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
}
