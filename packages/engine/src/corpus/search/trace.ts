import type { ExactHit, SearchIndex } from './open-index.ts';
import { unitsOf } from './segment.ts';

export interface TracedSpan {
  /** In the generated text, UTF-16 code units. */
  from: number;
  to: number;
  text: string;
  /** How often it stands in the corpus, and in how many documents. */
  occurrences: number;
  documents: number;
  hits: ExactHit[];
}

export interface Trace {
  units: number;
  /** Code units that stand in some span of at least `minimum` that is verbatim in the corpus. */
  covered: number;
  minimum: number;
  /** The longest first, none within or across another; at most `limit`. */
  spans: TracedSpan[];
}

export interface TraceOptions {
  /** Shortest span worth telling, in UTF-16 code units. */
  minimum?: number;
  limit?: number;
  /** Documents named for each span. */
  hits?: number;
}

/**
 * Where a generated text was seen before: its longest spans that stand verbatim in the corpus, with the documents and their
 * licences. Spans are found by their maximal matches at every position of the text, so none is missed.
 */
export function traceText(index: SearchIndex, text: string, options: TraceOptions = {}): Trace {
  const { minimum = 24, limit = 20, hits = 3 } = options;
  const units = unitsOf(text);
  const spans = maximalSpans(index, units, minimum);
  const chosen: { from: number; to: number }[] = [];
  for (const span of spans.toSorted((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)) {
    if (chosen.length === limit) break;
    if (chosen.every(({ from, to }) => span.to <= from || span.from >= to)) chosen.push(span);
  }
  return {
    units: units.length,
    covered: coverage(spans),
    minimum,
    spans: chosen.map(({ from, to }) => {
      const words = text.slice(from, to);
      return { from, to, text: words, ...index.exact(words, hits) };
    }),
  };
}

/** Matches that can be made longer at neither end. A match that begins one unit later reaches at least as far. */
function maximalSpans(index: SearchIndex, units: Uint16Array, minimum: number) {
  const spans: { from: number; to: number }[] = [];
  let reached = 0;
  for (let from = 0; from + minimum <= units.length; from++) {
    const length = index.segments.reduce(
      (longest, segment) => Math.max(longest, segment.longest(units, from)),
      0,
    );
    if (length >= minimum && from + length > reached) spans.push({ from, to: from + length });
    reached = Math.max(reached, from + length);
    if (reached === units.length) break;
  }
  return spans;
}

/** Spans are in the order of their beginnings and of their ends. */
function coverage(spans: readonly { from: number; to: number }[]): number {
  let covered = 0;
  let end = 0;
  for (const { from, to } of spans) {
    covered += to - Math.max(from, end);
    end = to;
  }
  return covered;
}
