import type { CorpusDocument } from '../document.ts';
import { inverseFrequency, termScore } from './bm25.ts';
import type { ExactResult, RankedHit } from './open-index.ts';
import { forEachTerm, termsOf } from './terms.ts';

export interface ScanOptions {
  exact: boolean;
  limit: number;
  licenceOf: (sourceId: string) => string;
}

export interface ScanResult {
  /** Documents that were looked at. */
  scanned: number;
  exact: ExactResult | null;
  ranked: RankedHit[] | null;
}

const CONTEXT = 40;
const EXCERPT = 120;

/**
 * The same answers as an index gives, by reading every document: for a corpus that is small enough to be read for each question.
 * Documents come one at a time; only those that have a term of the query are remembered, as numbers.
 */
export async function scanDocuments(
  documents: AsyncIterable<CorpusDocument>,
  query: string,
  options: ScanOptions,
): Promise<ScanResult> {
  const scan = options.exact ? exactScan(query, options) : rankedScan(query, options);
  let scanned = 0;
  for await (const document of documents) {
    scan.add(document);
    scanned += 1;
  }
  return { scanned, exact: null, ranked: null, ...scan.finish() };
}

function about(document: CorpusDocument, { licenceOf }: ScanOptions) {
  const { id, path, sourceId, language, url, licence } = document.meta;
  return { id, path, sourceId, language, licence: licence ?? licenceOf(sourceId), ...(url ? { url } : {}) };
}

function exactScan(query: string, options: ScanOptions) {
  const result: ExactResult = { occurrences: 0, documents: 0, hits: [] };
  return {
    add(document: CorpusDocument) {
      const { text } = document;
      const offset = query === '' ? -1 : text.indexOf(query);
      if (offset < 0) return;
      result.documents += 1;
      for (let at = offset; at >= 0; at = text.indexOf(query, at + 1)) result.occurrences += 1;
      if (result.hits.length >= options.limit) return;
      const end = offset + query.length;
      const excerpt = {
        before: text.slice(Math.max(0, offset - CONTEXT), offset).toWellFormed(),
        match: query,
        after: text.slice(end, end + CONTEXT).toWellFormed(),
      };
      result.hits.push({ ...about(document, options), offset, excerpt });
    },
    finish: () => ({ exact: result }),
  };
}

function rankedScan(query: string, options: ScanOptions) {
  const places = new Map(termsOf(query).map((term, i) => [term, i]));
  const withTerm = new Uint32Array(places.size);
  const collection = { documents: 0, terms: 0 };
  const found: { counts: Uint32Array; length: number; hit: Omit<RankedHit, 'score'> }[] = [];
  return {
    add(document: CorpusDocument) {
      const counts = new Uint32Array(places.size);
      let length = 0;
      let matched = false;
      forEachTerm(document.text, (term) => {
        length += 1;
        const place = places.get(term);
        if (place === undefined) return;
        counts[place]++;
        matched = true;
      });
      collection.documents += 1;
      collection.terms += length;
      if (!matched) return;
      for (let i = 0; i < counts.length; i++) if (counts[i] > 0) withTerm[i]++;
      const excerpt = { before: '', match: '', after: document.text.slice(0, EXCERPT).toWellFormed() };
      found.push({ counts, length, hit: { ...about(document, options), excerpt } });
    },
    finish() {
      const idfs = [...withTerm].map((count) => inverseFrequency(collection, count));
      const ranked = found
        .map(({ counts, length, hit }) => ({
          ...hit,
          score: idfs.reduce(
            (sum, idf, i) =>
              sum + (counts[i] === 0 ? 0 : termScore(idf, counts[i] as number, length, collection)),
            0,
          ),
        }))
        .sort((a, b) => b.score - a.score)
        .slice(0, options.limit);
      return { ranked };
    },
  };
}
