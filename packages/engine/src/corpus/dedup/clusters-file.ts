import type { Cluster } from './deduplicator.ts';

export interface ClusterMember {
  readonly id: string;
  readonly path: string;
  readonly sourceId: string;
}

export interface ClusterCounts {
  /** Documents that were compared. */
  readonly documents: number;
  readonly clusters: number;
  /** How many clusters there are of each size. */
  readonly sizes: Readonly<Record<number, number>>;
}

const MOST_LISTED = 1000;

/** The largest clusters of more than one document, of equally large ones the first. Memory: 4 bytes a document. */
export function largestClusters(keeper: Uint32Array): Cluster[] {
  const removed = new Uint32Array(keeper.length);
  for (let i = 0; i < keeper.length; i++) if (keeper[i] !== i) removed[keeper[i]] += 1;
  const heads: number[] = [];
  for (let i = 0; i < keeper.length; i++) if (removed[i] > 0) heads.push(i);
  heads.sort((a, b) => removed[b] - removed[a] || a - b);
  const listed = new Map(heads.slice(0, MOST_LISTED).map((head) => [head, [] as number[]]));
  for (let i = 0; i < keeper.length; i++) listed.get(keeper[i])?.push(i);
  return [...listed].map(([kept, members]) => ({ kept, members }));
}

/** clusters.json: how many clusters there are of each size, and the largest with their members. */
export function clustersFile(
  { documents, clusters, sizes }: ClusterCounts,
  largest: readonly Cluster[],
  member: (number: number) => ClusterMember,
): string {
  const listed = largest.map(({ kept, members }) => ({
    keptId: member(kept).id,
    size: members.length,
    members: members.map(member).map(({ id, path, sourceId }) => ({ id, path, sourceId })),
  }));
  return `${JSON.stringify({ documents, clusters, sizes, listed }, null, 1)}\n`;
}
