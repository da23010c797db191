/** Open addressing from 64-bit hashes (two lanes) to the number of the first item that has the n-gram. */
export function createGramIndex() {
  let size = 1 << 12;
  let high = new Int32Array(size);
  let low = new Int32Array(size);
  let items = new Int32Array(size).fill(-1);
  let used = 0;
  const slotOf = (h: number, l: number): number => {
    let slot = (h ^ Math.imul(l, 0x9e3779b1)) & (size - 1);
    while (items[slot] !== -1 && (high[slot] !== h || low[slot] !== l)) slot = (slot + 1) & (size - 1);
    return slot;
  };
  const put = (h: number, l: number, item: number) => {
    const slot = slotOf(h, l);
    if (items[slot] !== -1) return;
    high[slot] = h;
    low[slot] = l;
    items[slot] = item;
    used += 1;
  };
  const grow = () => {
    const old = { high, low, items };
    size *= 2;
    high = new Int32Array(size);
    low = new Int32Array(size);
    items = new Int32Array(size).fill(-1);
    used = 0;
    old.items.forEach((item, i) => {
      if (item !== -1) put(old.high[i], old.low[i], item);
    });
  };
  return {
    add(h: number, l: number, item: number): void {
      if (used * 2 >= size) grow();
      put(h, l, item);
    },
    /** The item that has this n-gram, or -1. */
    find: (h: number, l: number): number => items[slotOf(h, l)],
    get grams(): number {
      return used;
    },
  };
}
