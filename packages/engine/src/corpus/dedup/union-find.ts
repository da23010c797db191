/** Disjoint sets of 0 .. n - 1 with union by the smaller root and path halving. Grows as elements are added. */
export function createUnionFind() {
  let parent = new Uint32Array(1024);
  let size = 0;
  const find = (element: number): number => {
    let root = element;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  };
  return {
    /** Adds one element on its own and returns its number. */
    add(): number {
      if (size === parent.length) {
        const larger = new Uint32Array(size * 2);
        larger.set(parent);
        parent = larger;
      }
      parent[size] = size;
      return size++;
    },
    union(one: number, other: number): void {
      const a = find(one);
      const b = find(other);
      if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
    },
    find,
  };
}
