import type { RepetitionSettings } from '@tsudoi/schema';
import { type ParagraphFrequencies, paragraphsOf } from './frequencies.ts';

/** The first, mildest pass of the cascade. */
export const uzushioRepetition: RepetitionSettings = {
  runs: { count: 3, frequency: 1000 },
  documents: { expected: 5, percentile: 0.05 },
};

export type RepetitionResult =
  | { readonly kept: string; readonly removedParagraphs: readonly string[] }
  | { readonly dropped: 'repeated-paragraphs'; readonly value: number };

/** Decides on one document by how often its paragraphs were seen in the whole corpus. */
export function removeRepeated(
  text: string,
  frequencies: Pick<ParagraphFrequencies, 'near'>,
  { runs, documents }: RepetitionSettings,
): RepetitionResult {
  const paragraphs = paragraphsOf(text);
  const seen = paragraphs.map(frequencies.near);
  const value = percentile(seen, documents.percentile);
  if (value > documents.expected) return { dropped: 'repeated-paragraphs', value };
  const inRun = markRuns(
    seen.map((each) => each > runs.frequency),
    runs.count,
  );
  if (!inRun.includes(true)) return { kept: text, removedParagraphs: [] };
  const separator = /\n{2,}/.test(text) ? '\n\n' : '\n';
  return {
    kept: paragraphs.filter((_, i) => !inRun[i]).join(separator),
    removedParagraphs: paragraphs.filter((_, i) => inRun[i]),
  };
}

/** The value below which the share `p` of the values lies, by linear interpolation between neighbours. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const place = p * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

function markRuns(frequent: readonly boolean[], least: number): boolean[] {
  const inRun = frequent.map(() => false);
  let start = 0;
  for (let i = 0; i <= frequent.length; i++) {
    if (frequent[i]) continue;
    if (i - start >= least) inRun.fill(true, start, i);
    start = i + 1;
  }
  return inRun;
}
