import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inverseFrequency, termScore } from './bm25.ts';
import { type IndexSummary, indexFile, IndexSummary as Summary, segmentName } from './build-index.ts';
import { openSegment, type Segment, unitsOf } from './segment.ts';
import type { IndexedDocument } from './segment-writer.ts';
import { termsOf } from './terms.ts';

export interface Hit extends IndexedDocument {
  /** Text around the first occurrence; of a ranked hit, the beginning of the document. */
  excerpt: { before: string; match: string; after: string };
}

export interface ExactHit extends Hit {
  /** Where in the document, in UTF-16 code units. */
  offset: number;
}

export interface ExactResult {
  /** In all documents, occurrences that overlap counted each. */
  occurrences: number;
  /** Distinct documents among the first 10,000 occurrences of each segment. */
  documents: number;
  hits: ExactHit[];
}

export interface RankedHit extends Hit {
  score: number;
}

export interface SearchIndex {
  summary: IndexSummary;
  segments: readonly Segment[];
  /** Every place where `text` stands verbatim; the hits are the first occurrences in the order of the corpus. */
  exact(text: string, limit?: number): ExactResult;
  /** Documents ranked by BM25 over Japanese bigrams and words; ties in the order of the corpus. */
  ranked(query: string, limit?: number): RankedHit[];
  close(): void;
}

const MAX_LISTED = 10_000;
const CONTEXT = 40;
const EXCERPT = 120;

/** Opens a finished index. @throws Error when index.json is missing: the build has not ended */
export function openIndex(folder: string): SearchIndex {
  const summary = Summary.parse(JSON.parse(readFileSync(join(folder, indexFile), 'utf8')));
  const segments = Array.from({ length: summary.segments }, (_, i) =>
    openSegment(join(folder, segmentName(i))),
  );
  return {
    summary,
    segments,
    exact: (text, limit = 10) => exact(segments, text, limit),
    ranked: (query, limit = 10) => ranked(segments, summary, query, limit),
    close() {
      for (const segment of segments) segment.close();
    },
  };
}

function exact(segments: readonly Segment[], text: string, limit: number): ExactResult {
  const pattern = unitsOf(text);
  const result: ExactResult = { occurrences: 0, documents: 0, hits: [] };
  if (pattern.length === 0) return result;
  for (const segment of segments) {
    const { low, high } = segment.find(pattern);
    result.occurrences += high - low;
    const first = new Map<number, number>(); // of each document, its first occurrence
    for (const position of segment.positionsAt(low, Math.min(high, low + MAX_LISTED))) {
      const { document } = segment.documentAt(position);
      const known = first.get(document);
      if (known === undefined || position < known) first.set(document, position);
    }
    result.documents += first.size;
    const inOrder = [...first].sort(([a], [b]) => a - b).slice(0, limit - result.hits.length);
    for (const [document, position] of inOrder) {
      const { offset } = segment.documentAt(position);
      result.hits.push({
        ...segment.describe(document),
        offset,
        excerpt: excerptAt(segment, position, pattern.length),
      });
    }
  }
  return result;
}

function excerptAt(segment: Segment, position: number, length: number): Hit['excerpt'] {
  const shown = Math.min(length, 4 * EXCERPT);
  const { before, text } = segment.around(position, CONTEXT, shown + CONTEXT);
  return { before, match: text.slice(0, shown), after: text.slice(shown) };
}

function ranked(
  segments: readonly Segment[],
  summary: IndexSummary,
  query: string,
  limit: number,
): RankedHit[] {
  const terms = termsOf(query);
  const collection = { documents: summary.documents, terms: summary.length };
  const found: { segment: Segment; document: number; score: number }[] = [];
  const idfs = terms.map((term) => {
    const documents = segments.reduce((sum, segment) => sum + segment.documentsWith(term), 0);
    return documents === 0 ? 0 : inverseFrequency(collection, documents);
  });
  for (const segment of segments) {
    const scores = new Map<number, number>();
    for (const [i, term] of terms.entries()) {
      segment.forEachWith(term, (document, frequency) => {
        const more = termScore(idfs[i] as number, frequency, segment.lengthOf(document), collection);
        scores.set(document, (scores.get(document) ?? 0) + more);
      });
    }
    const best = [...scores].sort(([a, x], [b, y]) => y - x || a - b).slice(0, limit);
    for (const [document, score] of best) found.push({ segment, document, score });
  }
  return found
    .sort((a, b) => b.score - a.score) // stable: segments and documents keep their order
    .slice(0, limit)
    .map(({ segment, document, score }) => ({
      ...segment.describe(document),
      score,
      excerpt: { before: '', match: '', after: segment.around(segment.startOf(document), 0, EXCERPT).text },
    }));
}
