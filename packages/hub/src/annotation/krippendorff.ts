/**
 * Krippendorff's alpha: 1 - observed / expected disagreement, 1 for perfect agreement, 0 for what chance would give.
 * Follows K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): units with fewer than two values are
 * left out, and missing values are simply absent.
 *
 * @param units the values given to each item, one per reviewer
 * @param order the values of the category, for `ordinal` from low to high
 * @returns alpha, or null where it is not defined: no unit has two values, or there is no variation at all
 */
export function krippendorffAlpha(
  units: readonly (readonly string[])[],
  scale: 'nominal' | 'ordinal',
  order: readonly string[],
): number | null {
  const rank = new Map(order.map((value, i) => [value, i]));
  const size = order.length;
  const coincidences = Array.from({ length: size }, () => new Float64Array(size));
  for (const unit of units) {
    if (unit.length < 2) continue;
    const values = unit.map((value) => rankOf(rank, value));
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) if (i !== j) coincidences[a][b] += 1 / (values.length - 1);
    }
  }
  const totals = coincidences.map((row) => row.reduce((sum, count) => sum + count, 0));
  const all = totals.reduce((sum, count) => sum + count, 0);
  const distance = scale === 'nominal' ? nominal : ordinal(totals);
  let observed = 0;
  let expected = 0;
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      const apart = distance(a, b);
      observed += coincidences[a][b] * apart;
      expected += totals[a] * totals[b] * apart;
    }
  }
  return expected === 0 ? null : 1 - ((all - 1) * observed) / expected;
}

type Distance = (a: number, b: number) => number;

const nominal: Distance = (a, b) => (a === b ? 0 : 1);

/** The square of how many values lie between two ranks, the ranks themselves counted half. */
function ordinal(totals: readonly number[]): Distance {
  return (a, b) => {
    let between = 0;
    for (let g = a; g <= b; g++) between += totals[g];
    return (between - (totals[a] + totals[b]) / 2) ** 2;
  };
}

function rankOf(rank: ReadonlyMap<string, number>, value: string): number {
  const found = rank.get(value);
  if (found === undefined) throw new RangeError(`"${value}" is no value of the category`);
  return found;
}
