import type { BenchCase, Better, CaseResult } from './bench.ts';

const LEAST_PAIRS = 7;

/** Runs a case: one warm-up of each side, then pairs in alternating order. */
export async function runCase(bench: BenchCase): Promise<CaseResult> {
  try {
    const pairs = Math.max(LEAST_PAIRS, bench.pairs ?? LEAST_PAIRS);
    await bench.ours();
    await bench.theirs?.();
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const oursFirst = pair % 2 === 0;
      if (oursFirst) ours.push(await bench.ours());
      if (bench.theirs) theirs.push(await bench.theirs());
      if (!oursFirst) ours.push(await bench.ours());
    }
    return summarise(bench, ours, theirs, await bench.verify());
  } finally {
    await bench.close?.();
  }
}

export function summarise(
  bench: Pick<BenchCase, 'case' | 'peer' | 'unit' | 'better' | 'floor' | 'must' | 'aim' | 'missing' | 'note'>,
  ours: readonly number[],
  theirs: readonly number[],
  verified: boolean,
): CaseResult {
  const paired = theirs.length > 0;
  const ratios = theirs.map((their, i) => advantage(ours[i] as number, their, bench.better));
  const [figure, peerFigure] = [median(ours), paired ? median(theirs) : null];
  const ratio = peerFigure === null ? null : advantage(figure, peerFigure, bench.better);
  const must = bench.must ?? null;
  const missing = bench.peer !== null && !paired;
  const note = [bench.missing, typeof bench.note === 'function' ? bench.note() : bench.note]
    .filter(Boolean)
    .join(' ');
  return {
    case: bench.case,
    peer: bench.peer,
    unit: bench.unit,
    ours: round(figure),
    theirs: peerFigure === null ? null : round(peerFigure),
    floor: bench.floor === undefined || bench.floor === null ? null : round(bench.floor),
    ratio: ratio === null ? null : round(ratio),
    low: paired ? round(Math.min(...ratios)) : null,
    high: paired ? round(Math.max(...ratios)) : null,
    must,
    aim: bench.aim ?? null,
    verified,
    ok: verified && !missing && meets(must, ratio, figure, bench.better),
    ...(note ? { note } : {}),
  };
}

const advantage = (ours: number, theirs: number, better: Better) =>
  better === 'more' ? ours / theirs : theirs / ours;

function meets(must: number | null, ratio: number | null, figure: number, better: Better): boolean {
  if (must === null) return true;
  if (ratio !== null) return ratio >= must;
  return better === 'more' ? figure >= must : figure <= must;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Four significant digits: more would pretend to a precision that no timing has. */
const round = (value: number) => Number(value.toPrecision(4));
