import { createHash } from 'node:crypto';
import type { CorpusDocument } from '../document.ts';
import { createPerplexitySample, type PerplexityStatistics } from './perplexity.ts';

export interface Amount {
  documents: number;
  /** Unicode code points. */
  characters: number;
  /** UTF-8 bytes of text. */
  bytes: number;
}

/** Documents whose number lies in [from, to); the last bin is open above (`to` is null). */
export interface Bin {
  from: number;
  to: number | null;
  count: number;
}

export interface CorpusStatistics extends Amount {
  languages: Record<string, Amount>;
  sources: Record<string, Amount>;
  /** By SPDX expression: the document's own licence, else that of its source. */
  licences: Record<string, Amount>;
  /** SPDX identifiers found in the documents of each source. */
  licencesOfSource: Record<string, string[]>;
  /** Characters a document, by language, in bins of 1-2-5 steps. */
  lengths: Record<string, Bin[]>;
  perplexity: Record<string, PerplexityStatistics>;
}

export const lengthEdges = [0, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000] as const;

/**
 * Counts a corpus in one pass over its documents. Memory grows with the number of sources, languages and licences and not with
 * the documents; the perplexity sample is bounded. Equal documents in any order give equal statistics.
 */
export function createStatistics(
  licenceOf: (sourceId: string) => string,
  options: { perplexityDocuments?: number } = {},
) {
  const total = emptyAmount();
  const languages = new Map<string, Amount>();
  const sources = new Map<string, Amount>();
  const licences = new Map<string, Amount>();
  const licencesOfSource = new Map<string, Set<string>>();
  const lengths = new Map<string, number[]>();
  const perplexity = createPerplexitySample(options.perplexityDocuments);
  return {
    add({ text, meta }: CorpusDocument) {
      const size = { characters: codePoints(text), bytes: Buffer.byteLength(text) };
      const licence = meta.licence ?? licenceOf(meta.sourceId);
      count(total, size);
      count(entry(languages, meta.language, emptyAmount), size);
      count(entry(sources, meta.sourceId, emptyAmount), size);
      count(entry(licences, licence, emptyAmount), size);
      if (meta.licence) entry(licencesOfSource, meta.sourceId, () => new Set<string>()).add(meta.licence);
      const bins = entry(lengths, meta.language, () => lengthEdges.map(() => 0));
      const bin = lengthEdges.findLastIndex((from) => size.characters >= from);
      bins[bin] = (bins[bin] as number) + 1;
      perplexity.add(meta.language, meta.id || hashOf(text), text);
    },
    finish(): CorpusStatistics {
      return {
        ...total,
        languages: sorted(languages),
        sources: sorted(sources),
        licences: sorted(licences),
        licencesOfSource: mapped(licencesOfSource, (ids) => [...ids].sort()),
        lengths: mapped(lengths, (counts) =>
          counts.map((count, i) => ({
            from: lengthEdges[i] as number,
            to: lengthEdges[i + 1] ?? null,
            count,
          })),
        ),
        perplexity: perplexity.finish(),
      };
    },
  };
}

const emptyAmount = (): Amount => ({ documents: 0, characters: 0, bytes: 0 });

function count(amount: Amount, { characters, bytes }: { characters: number; bytes: number }): void {
  amount.documents += 1;
  amount.characters += characters;
  amount.bytes += bytes;
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}

const byCodeUnits = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

function mapped<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries([...map].sort(byCodeUnits).map(([key, value]) => [key, change(value)]));
}

const sorted = <T>(map: ReadonlyMap<string, T>) => mapped(map, (value) => value);

/** A surrogate pair is one code point: count the units that are no low surrogate. */
function codePoints(text: string): number {
  let points = text.length;
  for (let i = 1; i < text.length; i++) {
    const isLow = (text.charCodeAt(i) & 0xfc00) === 0xdc00;
    if (isLow && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) points -= 1;
  }
  return points;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
