/**
 * Dictionary of label strings as a double array (Aoe 1989), sixteen bytes a cell so that a step touches one cache line:
 * `units[4n]` is the base of node n; `units[4n + 1]` its parent, or -1 when the cell is free;
 * the last eight bytes, `scores[2n + 1]`, the score of the string that ends there, or -Infinity when none does.
 * The child of n for a label is `base + label` if that cell's parent is n. The root is cell 0 with base 0, so the child
 * of the root for a label is the cell of that number. No child has label 0: text ended by it ends every search. A node
 * that nothing follows has base 0 as well, where every cell has the root for its parent.
 */
export interface DoubleArray {
  units: Int32Array;
  /** A view of the memory of `units`. */
  scores: Float64Array;
  /** Index of the entry that ends at a node, or -1. */
  entryOf: Int32Array;
}

export const ROOT = 0;
export const CELL = 4;
const [BASE, PARENT, ENTRY] = [0, 1, 2];

/** One string: labels >= 1. */
export interface Entry {
  labels: ArrayLike<number>;
  score: number;
}

class Cells {
  units = new Int32Array(1 << 14).fill(-1);
  used = 1;
  private firstFree = 1;

  reserve(cells: number): void {
    if (cells * CELL <= this.units.length) return;
    const wider = new Int32Array(Math.max(cells * CELL, this.units.length * 2)).fill(-1);
    wider.set(this.units);
    this.units = wider;
  }

  isFree(cell: number): boolean {
    return this.units[cell * CELL + PARENT] === -1;
  }

  /** A base at which all of `labels` (ascending) fall on free cells. */
  place(labels: readonly number[]): number {
    const start = Math.max(this.firstFree, labels[0] + 1);
    const span = labels[labels.length - 1] - labels[0];
    let occupied = 0;
    for (let cell = start; ; cell++) {
      this.reserve(cell + span + 1);
      if (!this.isFree(cell)) {
        occupied++;
        continue;
      }
      const base = cell - labels[0];
      if (labels.every((label) => this.isFree(base + label))) {
        // Where hardly a cell is free the search starts further on: a few stay unused, building stays linear.
        if (occupied >= 0.95 * (cell - start + 1)) this.firstFree = cell;
        return base;
      }
    }
  }

  take(node: number, base: number, labels: readonly number[]): void {
    this.units[node * CELL + BASE] = base;
    this.reserve(base + labels[labels.length - 1] + 1);
    for (const label of labels) this.units[(base + label) * CELL + PARENT] = node;
    this.used = Math.max(this.used, base + labels[labels.length - 1] + 1);
  }

  /** Puts scores where the numbers of entries were. There is room behind, so that a step with any label stays inside. */
  finish(entries: readonly Entry[], largest: number): DoubleArray {
    const cells = this.used + largest + 1;
    this.reserve(cells);
    const units = new Int32Array(new SharedArrayBuffer(cells * CELL * 4));
    units.set(this.units.subarray(0, cells * CELL));
    const scores = new Float64Array(units.buffer);
    const entryOf = new Int32Array(cells);
    for (let node = 0; node < cells; node++) {
      const entry = units[node * CELL + ENTRY];
      if (units[node * CELL + BASE] < 0) units[node * CELL + BASE] = 0;
      entryOf[node] = entry;
      scores[node * 2 + 1] = entry >= 0 ? entries[entry].score : Number.NEGATIVE_INFINITY;
    }
    return { units, scores, entryOf };
  }
}

interface Pending {
  node: number;
  from: number;
  to: number;
  depth: number;
}

function compareLabels(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** @param entries distinct, non-empty strings of labels in 1 .. `largest` */
export function buildDoubleArray(entries: readonly Entry[], largest: number): DoubleArray {
  const sorted = entries.map(({ labels }, index) => ({ labels, index }));
  sorted.sort((a, b) => compareLabels(a.labels, b.labels));
  const cells = new Cells();
  cells.units[ROOT + PARENT] = -2;
  const stack: Pending[] = [{ node: ROOT, from: 0, to: sorted.length, depth: 0 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, to, depth } = next;
    let { from } = next;
    if (from < to && sorted[from].labels.length === depth)
      cells.units[node * CELL + ENTRY] = sorted[from++].index;
    if (from === to) continue;
    const labels: number[] = [];
    const bounds: number[] = [];
    for (let i = from; i < to; i++) {
      const label = sorted[i].labels[depth];
      if (labels[labels.length - 1] !== label) {
        labels.push(label);
        bounds.push(i);
      }
    }
    bounds.push(to);
    const base = node === ROOT ? 0 : cells.place(labels);
    cells.take(node, base, labels);
    labels.forEach((label, i) => {
      stack.push({ node: base + label, from: bounds[i], to: bounds[i + 1], depth: depth + 1 });
    });
  }
  return cells.finish(entries, largest);
}
