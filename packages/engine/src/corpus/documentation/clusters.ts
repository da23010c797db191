/** A line of a `removed` file of deduplication, as the build and the hub's stage write it. */
export interface RemovedLine {
  keptId?: string;
  dedup?: { keptId: string };
}

export interface ClusterSize {
  /** Documents in the cluster, the one that was kept among them. */
  size: number;
  clusters: number;
}

/** Sizes of deduplication clusters, counted from the documents that were removed. Memory grows with the number of clusters. */
export function createClusterSizes() {
  const removed = new Map<string, number>();
  return {
    add(line: RemovedLine) {
      const keptId = line.dedup?.keptId ?? line.keptId;
      if (keptId !== undefined) removed.set(keptId, (removed.get(keptId) ?? 0) + 1);
    },
    finish(): ClusterSize[] {
      const sizes = new Map<number, number>();
      for (const count of removed.values()) sizes.set(count + 1, (sizes.get(count + 1) ?? 0) + 1);
      return [...sizes].sort(([a], [b]) => a - b).map(([size, clusters]) => ({ size, clusters }));
    },
  };
}

const edges = [2, 3, 4, 5, 6, 11, 21, 51, 101, 1001];

/** Cluster sizes in the bins that charts show: 2, 3, 4, 5, 6-10, 11-20, … */
export function binSizes(sizes: readonly ClusterSize[]): { label: string; count: number }[] {
  const bins = edges.map((from, i) => {
    const to = edges[i + 1];
    const label = to === undefined ? `${from}+` : to === from + 1 ? `${from}` : `${from}–${to - 1}`;
    return { label, count: 0 };
  });
  for (const { size, clusters } of sizes)
    (bins[edges.findLastIndex((from) => size >= from)] as { count: number }).count += clusters;
  const last = bins.findLastIndex(({ count }) => count > 0);
  return bins.slice(0, last + 1);
}
