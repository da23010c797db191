import type { DedupSettings } from '@tsudoi/schema';
import type { z } from 'zod';
import type { CorpusDocument } from '../document.ts';
import { createLshIndex } from './lsh-index.ts';
import { createMinHash, estimateJaccard } from './minhash.ts';
import { createShingler } from './shingles.ts';
import { createUnionFind } from './union-find.ts';

export interface Member {
  id: string;
  path: string;
  sourceId: string;
  /** UTF-16 code units. */
  length: number;
}

/** What happens to document number i: kept, or removed in favour of another one. */
export type Decision =
  | { kept: true }
  | { kept: false; keptIndex: number; reason: 'exact' | 'near'; jaccardEstimate: number };

/**
 * Finds exact and near duplicates among documents that are shown once, in order. Exact duplicates share the hash of
 * their text; near duplicates share a band of their MinHash signature, and clusters are the connected components, as
 * in datatrove. Of each cluster the longest text is kept, of equally long ones that with the smallest id, of equal
 * ids the first. Memory: the signatures (8 bytes x buckets x rows per document) and the band tables.
 */
export function createDeduplicator(
  settings: Pick<z.infer<typeof DedupSettings>, 'ngram' | 'buckets' | 'rows' | 'seed'>,
) {
  const shingle = createShingler(settings.ngram);
  const minHash = createMinHash(settings.buckets * settings.rows, settings.seed);
  const index = createLshIndex(settings.buckets, settings.rows);
  const clusters = createUnionFind();
  const members: Member[] = [];
  const signatures: Uint32Array[] = [];
  const firstWithId = new Map<string, number>();

  const isBetter = (one: number, other: number): boolean => {
    const [a, b] = [members[one], members[other]];
    if (a.length !== b.length) return a.length > b.length;
    return a.id === b.id ? one < other : a.id < b.id;
  };
  return {
    add({ text, meta }: CorpusDocument): void {
      const document = clusters.add();
      members.push({ id: meta.id, path: meta.path, sourceId: meta.sourceId, length: text.length });
      const twin = firstWithId.get(meta.id);
      if (twin !== undefined) {
        signatures.push(signatures[twin]);
        clusters.union(twin, document);
        return;
      }
      firstWithId.set(meta.id, document);
      const signature = minHash(shingle(text, meta.language));
      signatures.push(signature.high);
      index.add(document, signature, (earlier) => clusters.union(earlier, document));
    },
    /** To be called once all documents are in. */
    decide(): { decisions: Decision[]; clusters: { kept: number; members: number[] }[]; members: Member[] } {
      const groups = new Map<number, number[]>();
      members.forEach((_, i) => {
        const root = clusters.find(i);
        const group = groups.get(root);
        if (group) group.push(i);
        else groups.set(root, [i]);
      });
      const decisions: Decision[] = members.map(() => ({ kept: true }));
      const shared = [...groups.values()].filter((group) => group.length > 1);
      const found = shared.map((group) => {
        const kept = group.reduce((best, each) => (isBetter(each, best) ? each : best));
        for (const each of group) {
          if (each === kept) continue;
          const exact = members[each].id === members[kept].id;
          const jaccardEstimate = exact ? 1 : estimateJaccard(signatures[each], signatures[kept]);
          decisions[each] = {
            kept: false,
            keptIndex: kept,
            reason: exact ? 'exact' : 'near',
            jaccardEstimate,
          };
        }
        return { kept, members: group };
      });
      return { decisions, clusters: found, members };
    },
  };
}
