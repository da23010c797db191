/** Disjoint sets of 0 .. size - 1 with union by the smaller root and path halving: 4 bytes an element. */
export function createUnionFind(size: number) {
  const parent = Uint32Array.from({ length: size }, (_, i) => i);
  const find = (element: number): number => {
    let root = element;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  };
  return {
    union(one: number, other: number): void {
      const a = find(one);
      const b = find(other);
      if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
    },
    find,
  };
}
