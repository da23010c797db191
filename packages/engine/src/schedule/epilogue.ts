// What follows a template inside of it: a map over the template's first result, applied to each element while it is still
// in a register or in the first cache. One write and one read of the result are saved, or one read where others need it
// too.

import type { Node } from '../core/graph.ts';
import { type BufferOf, buildMap, IllegalFusion } from './build-kernel.ts';
import { flatten, type Index, variable } from './index-expr.ts';
import { allStores, type LoopKernel, loadsOf } from './loops.ts';

export interface Epilogue {
  /** A map whose inner axis is the last axis of the result, and whose rows are all its other axes as one. */
  readonly kernel: LoopKernel;
  /** Buffer of each slot. */
  readonly buffers: readonly string[];
  /** The slot of the template's result: what is loaded from it is the element that the stores are about. */
  readonly product: number;
  /** Whether the result itself is stored, because others read it. */
  readonly kept: boolean;
}

/** A backend's word on whether the template of this node takes this epilogue. */
export type TakesEpilogue = (node: Node, epilogue: Epilogue) => boolean;

/**
 * The epilogue that computes `members` behind `node`. The clusterer sees to it that every other operand is computed
 * before the template runs; here the accesses are looked at.
 * @throws IllegalFusion where a member is no map over the result, needs the result of another element, or is not float
 */
export function buildEpilogue(
  node: Node,
  members: readonly Node[],
  bufferOf: BufferOf,
  stored: (node: Node) => boolean,
): Epilogue {
  const [{ shape }] = node.types;
  const buffer = bufferOf(node)!;
  const { kernel, buffers } = buildMap(members, shape, bufferOf, stored);
  const product = buffers.indexOf(buffer);
  const own = elementOf(kernel, shape.at(-1)!);
  const isOwn = (index: Index) => index.key === own.key;
  const legal =
    product >= 0 &&
    kernel.passes.length === 1 &&
    allStores(kernel).every((s) => isOwn(s.index) && kernel.slots[s.slot].dtype === 'f32') &&
    loadsOf(kernel).every((load) => load.slot !== product || isOwn(load.index));
  if (!legal) throw new IllegalFusion();
  return { kernel, buffers, product, kept: stored(node) };
}

/** Row-major offset of the element that row and inner variables name. */
const elementOf = (kernel: LoopKernel, columns: number): Index =>
  flatten(
    [...kernel.rows, { name: 'i', extent: columns }].map(({ name, extent }) => variable(name, extent)),
    [...kernel.rows.map((axis) => axis.extent), columns],
  );
