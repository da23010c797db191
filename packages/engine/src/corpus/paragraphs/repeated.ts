import { z } from 'zod';
import { type ParagraphFrequencies, paragraphsOf } from './frequencies.ts';

/** Thresholds of Uzushio's two filters on paragraph frequencies, as in its published cascade for corpus v2. */
export const RepetitionSettings = z.strictObject({
  /** A run of at least `count` paragraphs of which each was seen more than `frequency` times is cut out. */
  runs: z.strictObject({ count: z.int().min(1), frequency: z.int().min(1) }),
  /** A document is dropped when even the paragraph at this percentile of near frequency was seen more than `expected` times. */
  documents: z.strictObject({ expected: z.number().min(1), percentile: z.number().min(0).max(1) }),
});
export type RepetitionSettings = z.infer<typeof RepetitionSettings>;

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
