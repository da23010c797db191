import type { Answers, Category, SettleRule } from '@tsudoi/schema';

/**
 * What the reviewers of one item agree on, per category: the value that all of them chose, or more than half of them.
 * Where nobody has a majority the category is disputed, and somebody must decide it.
 */
export function settle(
  reviews: readonly Answers[],
  categories: readonly Category[],
  rule: SettleRule,
): { settled: Answers; disputed: string[] } {
  const settled: Answers = {};
  const disputed: string[] = [];
  for (const { key } of categories) {
    const votes = Map.groupBy(reviews, (answers) => answers[key]);
    const [value, voters] = [...votes].reduce((a, b) => (b[1].length > a[1].length ? b : a));
    const needed = rule === 'unanimous' ? reviews.length : Math.floor(reviews.length / 2) + 1;
    if (voters.length >= needed) settled[key] = value;
    else disputed.push(key);
  }
  return { settled, disputed };
}
