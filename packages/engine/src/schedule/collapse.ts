// Merges neighbouring axes that every access walks as one, so that inner loops are long.

import { coefficient, constantIndex, type Index, substitute, variable } from './index-expr.ts';
import { type Axis, allIndices, type LoopKernel, mapIndices, type Store } from './loops.ts';

/** True when outer * extent(inner) + inner is the only way both variables are used. */
function mergeable(indices: readonly Index[], outer: Axis, inner: Axis): boolean {
  return indices.every((index) => {
    const [a, b] = [coefficient(index, outer.name), coefficient(index, inner.name)];
    return a !== undefined && b !== undefined && a === b * inner.extent;
  });
}

function substituteKernel(kernel: LoopKernel, replace: ReadonlyMap<string, Index>): LoopKernel {
  const index = (i: Index) => substitute(i, replace);
  const store = (s: Store): Store => ({
    slot: s.slot,
    index: index(s.index),
    value: mapIndices(s.value, index),
  });
  return {
    ...kernel,
    passes: kernel.passes.map((p) => ({
      reductions: p.reductions.map((r) => ({ ...r, value: mapIndices(r.value, index) })),
      stores: p.stores.map(store),
    })),
    rowStores: kernel.rowStores.map(store),
  };
}

/** The merged axis takes the inner's coefficients; the outer variable disappears. */
function merge(kernel: LoopKernel, outer: Axis, inner: Axis): { kernel: LoopKernel; axis: Axis } {
  const axis = { name: inner.name, extent: outer.extent * inner.extent };
  const replace = new Map([
    [outer.name, constantIndex(0)],
    [inner.name, variable(axis.name, axis.extent)],
  ]);
  return { kernel: substituteKernel(kernel, replace), axis };
}

export function collapseAxes(input: LoopKernel): LoopKernel {
  let kernel = collapseRows(input);
  const reduces = kernel.kind === 'col' || kernel.passes.some((p) => p.reductions.length > 0);
  if (reduces || kernel.rowStores.length > 0) return kernel;
  // Without reductions the innermost row axis may join (or replace) the inner axis.
  let last = kernel.rows.at(-1);
  while (last && (kernel.inner.extent === 1 || mergeable(allIndices(kernel), last, kernel.inner))) {
    if (kernel.inner.extent === 1) {
      const renamed = new Map([[last.name, variable(kernel.inner.name, last.extent)]]);
      kernel = {
        ...substituteKernel(kernel, renamed),
        rows: kernel.rows.slice(0, -1),
        inner: { name: kernel.inner.name, extent: last.extent },
      };
    } else {
      const merged = merge(kernel, last, kernel.inner);
      kernel = { ...merged.kernel, rows: kernel.rows.slice(0, -1), inner: merged.axis };
    }
    last = kernel.rows.at(-1);
  }
  return kernel;
}

/** Merges row axes only. */
export function collapseRows(input: LoopKernel): LoopKernel {
  let kernel: LoopKernel = { ...input, rows: input.rows.filter((a) => a.extent > 1) };
  for (let i = kernel.rows.length - 2; i >= 0; i--) {
    const [outer, inner] = [kernel.rows[i], kernel.rows[i + 1]];
    if (!mergeable(allIndices(kernel), outer, inner)) continue;
    const merged = merge(kernel, outer, inner);
    const rows = [...kernel.rows.slice(0, i), merged.axis, ...kernel.rows.slice(i + 2)];
    kernel = { ...merged.kernel, rows };
  }
  return kernel;
}
