/** The empty n-gram. */
export const ROOT = 0;
export const NONE = -1;

/** Multiplicative hash of (node, token) to 32 bits, well mixed in its upper bits. */
function hash(parent: number, token: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(token + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/**
 * All n-grams up to an order as a tree in flat arrays: a node is an n-gram, found by its first n-1 tokens (its parent)
 * and its last token through one open-addressed hash table. About 24 bytes a node with the table.
 */
export class NgramCounts {
  parent = new Int32Array(1024);
  /** Last token of the n-gram. */
  token = new Int32Array(1024);
  count = new Int32Array(1024);
  /** Different tokens seen before the n-gram (its continuation count). */
  before = new Int32Array(1024);
  order = new Uint8Array(1024);
  size = 1;
  private slots = new Int32Array(4096);

  /** The child of `parent` for `token`, or NONE. */
  find(parent: number, token: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = hash(parent, token) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const node = slots[slot];
      if (this.parent[node] === parent && this.token[node] === token) return node;
    }
    return NONE;
  }

  /** As `find`, making the node (the last one, `size - 1`) if there is none. */
  findOrAdd(parent: number, token: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hash(parent, token) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const node = slots[slot];
      if (this.parent[node] === parent && this.token[node] === token) return node;
    }
    if (this.size === this.parent.length) this.growNodes();
    const node = this.size++;
    this.parent[node] = parent;
    this.token[node] = token;
    this.order[node] = this.order[parent] + 1;
    slots[slot] = node;
    if (this.size * 1.5 > slots.length) this.growSlots();
    return node;
  }

  private growNodes(): void {
    const length = Math.floor(this.parent.length * 1.5);
    const wider = <T extends Int32Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.parent = wider(this.parent, new Int32Array(length));
    this.token = wider(this.token, new Int32Array(length));
    this.count = wider(this.count, new Int32Array(length));
    this.before = wider(this.before, new Int32Array(length));
    this.order = wider(this.order, new Uint8Array(length));
  }

  private growSlots(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let node = 1; node < this.size; node++) {
      let slot = hash(this.parent[node], this.token[node]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.slots = slots;
  }
}

/**
 * Counts every n-gram of a document up to `order`. A document starts with `start`, a token that is only ever context;
 * no n-gram reaches over the end of a document.
 */
export function countDocument(
  counts: NgramCounts,
  document: ArrayLike<number>,
  order: number,
  start: number,
): void {
  // context[k]: the node of the last k tokens.
  let context = new Int32Array(order + 1).fill(NONE);
  let next = new Int32Array(order + 1).fill(NONE);
  context[0] = ROOT;
  if (order > 1) context[1] = counts.findOrAdd(ROOT, start);
  next[0] = ROOT;
  for (let i = 0; i < document.length; i++) {
    const token = document[i];
    if (!(token >= 0 && token < start))
      throw new RangeError(`token ${token} is outside the vocabulary of ${start}`);
    let shorter = NONE;
    for (let k = 0; k < order && context[k] !== NONE; k++) {
      const known = counts.size;
      const node = counts.findOrAdd(context[k], token);
      counts.count[node]++;
      if (node === known && shorter !== NONE) counts.before[shorter]++;
      shorter = node;
      next[k + 1] = node;
    }
    [context, next] = [next, context];
  }
}
