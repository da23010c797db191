export interface Score {
  precision: number;
  recall: number;
  f1: number;
}

/** Words of a text: runs of letters and digits, and each Han character or kana by itself. */
function wordsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text
    .toLowerCase()
    .matchAll(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+?(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\p{L}\p{N}]|$)/gu,
    ))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const sizeOf = (words: Map<string, number>) => [...words.values()].reduce((sum, count) => sum + count, 0);

/** Precision, recall and F1 of an extracted text against the labelled one, over words with their counts. */
export function wordScore(extracted: string, labelled: string): Score {
  const [got, wanted] = [wordsOf(extracted), wordsOf(labelled)];
  let both = 0;
  for (const [word, count] of wanted) both += Math.min(count, got.get(word) ?? 0);
  const precision = both / Math.max(1, sizeOf(got));
  const recall = both / Math.max(1, sizeOf(wanted));
  return { precision, recall, f1: both === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

/** Means over pages. */
export function meanScore(scores: readonly Score[]): Score {
  const mean = (key: keyof Score) =>
    scores.reduce((sum, score) => sum + score[key], 0) / Math.max(1, scores.length);
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}
