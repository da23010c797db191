import { createUnionFind } from './union-find.ts';

/** What choosing among duplicates needs to know of each document, one array element a document. */
export interface DocumentTable {
  readonly count: number;
  /** UTF-16 code units of the text. */
  readonly length: Uint32Array;
  /** First 64 bits of the hash of the text: equal for exact duplicates. */
  readonly id: BigUint64Array;
  readonly source: Uint32Array;
}

/** Calls `same` for pairs that are duplicates, among the documents that are still `alive` (all, where it is absent). */
export type Candidates = (
  same: (one: number, other: number) => void,
  alive?: Uint8Array,
) => void | Promise<void>;

/** Where a document was found to be a duplicate. */
export const Scope = { kept: 0, source: 1, across: 2 } as const;

export interface Resolution {
  /** Number of the document that stands for this one in the end; its own number where it is kept. */
  readonly keeper: Uint32Array;
  /** One of `Scope`. */
  readonly scope: Uint8Array;
}

/**
 * Decides which documents stay: first inside each source, then across sources among those that are left, as LLM-jp
 * corpus v4 does. Clusters are connected components. Of each the longest text is kept, of equally long ones that with
 * the smallest id, of equal ids the first, so the order of comparison changes nothing.
 */
export async function resolveDuplicates(
  table: DocumentTable,
  inSource: Candidates,
  across: Candidates,
): Promise<Resolution> {
  const keeper = Uint32Array.from({ length: table.count }, (_, i) => i);
  const scope = new Uint8Array(table.count);
  const alive = new Uint8Array(table.count).fill(1);
  for (const [level, candidates] of [
    [Scope.source, inSource],
    [Scope.across, across],
  ] as const) {
    const sets = createUnionFind(table.count);
    await candidates(sets.union, alive);
    const best = new Map<number, number>();
    for (let i = 0; i < table.count; i++) {
      if (alive[i] === 0) continue;
      const root = sets.find(i);
      const leader = best.get(root);
      if (leader === undefined || isBetter(table, i, leader)) best.set(root, i);
    }
    for (let i = 0; i < table.count; i++) {
      if (alive[i] === 0) continue;
      const leader = best.get(sets.find(i)) as number;
      if (leader === i) continue;
      keeper[i] = leader;
      scope[i] = level;
    }
    for (let i = 0; i < table.count; i++) if (scope[i] === level) alive[i] = 0;
  }
  for (let i = 0; i < table.count; i++) keeper[i] = keeper[keeper[i]];
  return { keeper, scope };
}

function isBetter({ length, id }: DocumentTable, one: number, other: number): boolean {
  if (length[one] !== length[other]) return length[one] > length[other];
  return id[one] === id[other] ? one < other : id[one] < id[other];
}

/** Exact duplicates: documents whose texts have the same hash. */
export function exactCandidates({ count, id, source }: DocumentTable, inSourceOnly: boolean): Candidates {
  return (same, alive) => {
    const first = new Map<bigint, number[]>();
    for (let i = 0; i < count; i++) {
      if (alive && alive[i] === 0) continue;
      const twins = first.get(id[i]);
      const twin = twins?.find((each) => !inSourceOnly || source[each] === source[i]);
      if (twin !== undefined) same(twin, i);
      else if (twins) twins.push(i);
      else first.set(id[i], [i]);
    }
  };
}
