import type { DedupSettings } from '@tsudoi/schema';
import type { z } from 'zod';
import type { CorpusDocument } from '../document.ts';
import { bandCandidates } from './band-index.ts';
import { bandKeys, estimateJaccard, packSketch } from './bands.ts';
import { type DocumentTable, exactCandidates, resolveDuplicates, Scope } from './resolve.ts';
import { createShingler } from './shingles.ts';
import { createSketcher } from './sketch.ts';

export interface Member {
  id: string;
  path: string;
  sourceId: string;
}

/** What happens to document number i: kept, or removed in favour of another one. */
export type Decision =
  | { kept: true }
  | {
      kept: false;
      keptIndex: number;
      reason: 'exact' | 'near';
      /** Whether it was found among the documents of its own source or across sources. */
      scope: 'source' | 'across';
      jaccardEstimate: number;
    };

export interface Cluster {
  kept: number;
  members: number[];
}

/**
 * Finds exact and near duplicates among documents that are shown once, in order. Exact duplicates share the hash of
 * their text; near duplicates share a band of their sketch. Which one is kept: see `resolveDuplicates`.
 * Memory: buckets x rows + 8 x buckets + 16 bytes a document (376 with LLM-jp's 20 x 10), and its names.
 */
export function createDeduplicator(
  settings: Pick<z.infer<typeof DedupSettings>, 'ngram' | 'buckets' | 'rows' | 'seed'>,
) {
  const { buckets, rows } = settings;
  const size = buckets * rows;
  const shingle = createShingler(settings.ngram);
  const sketch = createSketcher(size, settings.seed);
  const members: Member[] = [];
  const sources = new Map<string, number>();
  const columns = growing(1024, {
    high: (n) => new Int32Array(n * buckets),
    low: (n) => new Int32Array(n * buckets),
    packed: (n) => new Uint8Array(n * size),
    length: (n) => new Uint32Array(n),
    id: (n) => new BigUint64Array(n),
    source: (n) => new Uint32Array(n),
  });
  return {
    add({ text, meta }: CorpusDocument): void {
      const i = members.length;
      members.push({ id: meta.id, path: meta.path, sourceId: meta.sourceId });
      const { high, low, packed, length, id, source } = columns.upTo(i + 1);
      const values = sketch(shingle(text, meta.language));
      bandKeys(values, rows, high, low, i * buckets);
      packSketch(values, packed, i * size);
      length[i] = text.length;
      id[i] = BigInt(`0x${meta.id}`);
      source[i] = sources.get(meta.sourceId) ?? sources.size;
      sources.set(meta.sourceId, source[i]);
    },
    /** To be called once all documents are in. */
    async decide(): Promise<{
      decisions: Decision[];
      clusters: Cluster[];
      members: Member[];
      /** Number of the document that stands for each one. */
      keeper: Uint32Array;
    }> {
      const count = members.length;
      const { high, low, packed, length, id, source } = columns.upTo(count);
      const table: DocumentTable = { count, length, id, source };
      const near = (group?: Uint32Array) => bandCandidates({ high, low, count, buckets, group });
      const both =
        (group?: Uint32Array) => async (same: (a: number, b: number) => void, alive?: Uint8Array) => {
          await exactCandidates(table, group !== undefined)(same, alive);
          await near(group)(same, alive);
        };
      const { keeper, scope } = await resolveDuplicates(table, both(source), both());
      const sketchOf = (i: number) => packed.subarray(i * size, (i + 1) * size);
      const decisions = members.map((_, i): Decision => {
        const keptIndex = keeper[i];
        if (keptIndex === i) return { kept: true };
        const exact = id[keptIndex] === id[i];
        return {
          kept: false,
          keptIndex,
          reason: exact ? 'exact' : 'near',
          scope: scope[i] === Scope.source ? 'source' : 'across',
          jaccardEstimate: exact ? 1 : estimateJaccard(sketchOf(i), sketchOf(keptIndex)),
        };
      });
      return { decisions, clusters: clustersOf(keeper), members, keeper };
    },
  };
}

/** Groups of more than one document, in the order of the kept ones. */
export function clustersOf(keeper: Uint32Array): Cluster[] {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < keeper.length; i++) {
    const group = groups.get(keeper[i]);
    if (group) group.push(i);
    else groups.set(keeper[i], [i]);
  }
  return [...groups]
    .filter(([, group]) => group.length > 1)
    .sort(([a], [b]) => a - b)
    .map(([kept, group]) => ({ kept, members: group }));
}

type Column = Int32Array | Uint8Array | Uint32Array | BigUint64Array;

/** Columns of typed arrays that double together when they are full. */
function growing<C extends Record<string, Column>>(
  initial: number,
  make: { [K in keyof C]: (rows: number) => C[K] },
) {
  let capacity = initial;
  const allocate = () =>
    Object.fromEntries(Object.entries(make).map(([name, column]) => [name, column(capacity)])) as C;
  let columns = allocate();
  return {
    upTo(count: number): C {
      if (count <= capacity) return columns;
      const old = columns;
      capacity = Math.max(count, capacity * 2);
      columns = allocate();
      for (const name of Object.keys(old)) (columns[name] as Uint8Array).set(old[name] as Uint8Array);
      return columns;
    },
  };
}
