/**
 * Dictionary of byte strings as a double array (Aoe 1989): a step is two array reads. A node's child for byte b is
 * `base[node] + b` if `check` of that cell is the node; `value` is the id of the string that ends there, or -1.
 */
export interface DoubleArray {
  base: Int32Array;
  check: Int32Array;
  value: Int32Array;
}

export const ROOT = 0;

class Cells {
  base = new Int32Array(4096);
  check = new Int32Array(4096).fill(-1);
  value = new Int32Array(4096).fill(-1);
  used = 1;
  private firstFree = 1;

  reserve(size: number): void {
    if (size <= this.base.length) return;
    const length = Math.max(size, this.base.length * 2);
    const grow = (old: Int32Array, fill: number) => {
      const wider = new Int32Array(length).fill(fill);
      wider.set(old);
      return wider;
    };
    this.base = grow(this.base, 0);
    this.check = grow(this.check, -1);
    this.value = grow(this.value, -1);
  }

  /** A base at which all of `labels` (ascending) fall on free cells. */
  place(labels: readonly number[]): number {
    const start = Math.max(this.firstFree, labels[0] + 1);
    let occupied = 0;
    for (let cell = start; ; cell++) {
      this.reserve(cell + 512);
      if (this.check[cell] !== -1) {
        occupied++;
        continue;
      }
      const base = cell - labels[0];
      if (labels.every((label) => this.check[base + label] === -1)) {
        // Where hardly a cell is free the search starts further on: a few stay unused, building stays linear.
        if (occupied >= 0.95 * (cell - start + 1)) this.firstFree = cell;
        return base;
      }
    }
  }

  finish(): DoubleArray {
    const size = this.used + 256;
    this.reserve(size);
    return {
      base: this.base.slice(0, size),
      check: this.check.slice(0, size),
      value: this.value.slice(0, size),
    };
  }
}

interface Pending {
  node: number;
  from: number;
  to: number;
  depth: number;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** @param entries distinct, non-empty byte strings and their ids (>= 0) */
export function buildDoubleArray(entries: readonly { bytes: Uint8Array; id: number }[]): DoubleArray {
  const sorted = [...entries].sort((a, b) => compareBytes(a.bytes, b.bytes));
  const cells = new Cells();
  cells.check[ROOT] = -2;
  const stack: Pending[] = [{ node: ROOT, from: 0, to: sorted.length, depth: 0 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, to, depth } = next;
    let { from } = next;
    if (from < to && sorted[from].bytes.length === depth) cells.value[node] = sorted[from++].id;
    if (from === to) continue;
    const labels: number[] = [];
    const bounds: number[] = [];
    for (let i = from; i < to; i++) {
      const label = sorted[i].bytes[depth];
      if (labels[labels.length - 1] !== label) {
        labels.push(label);
        bounds.push(i);
      }
    }
    bounds.push(to);
    const base = cells.place(labels);
    cells.base[node] = base;
    cells.used = Math.max(cells.used, base + 256);
    for (const label of labels) cells.check[base + label] = node;
    labels.forEach((label, i) => {
      stack.push({ node: base + label, from: bounds[i], to: bounds[i + 1], depth: depth + 1 });
    });
  }
  return cells.finish();
}
