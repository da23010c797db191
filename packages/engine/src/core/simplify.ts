// Local algebra, applied as nodes are made. Together with hash-consing (common subexpressions) and
// reachability (dead code) this is the whole simplifier. Rules must be exact in floating point,
// except x * 0, which the gradient rules rely on to erase branches that do not contribute.

import type { Attrs, Builder, Node } from './graph.ts';
import { opRow } from './ops.ts';
import { type Shape, sameShape } from './shape.ts';

/** The scalar behind broadcasts and reshapes, if the node is one value repeated. */
export function constantValue(node: Node): number | undefined {
  if (node.op === 'const') return node.attrs.value as number;
  if (node.op === 'expand' || node.op === 'reshape' || node.op === 'permute') {
    return constantValue(node.inputs[0]);
  }
  return undefined;
}

const identityOrder = (order: readonly number[]) => order.every((k, i) => k === i);

function movement(b: Builder, op: string, [x]: readonly Node[], attrs: Attrs): Node | undefined {
  const shape = attrs.shape as Shape;
  switch (op) {
    case 'reshape':
      if (sameShape(x.shape, shape)) return x;
      return x.op === 'reshape' ? b.reshape(x.inputs[0], shape) : undefined;
    case 'expand':
      if (sameShape(x.shape, shape)) return x;
      return x.op === 'expand' ? b.expand(x.inputs[0], shape) : undefined;
    case 'permute': {
      const order = attrs.order as readonly number[];
      if (identityOrder(order)) return x;
      if (x.op !== 'permute') return undefined;
      const inner = x.attrs.order as readonly number[];
      return b.permute(
        x.inputs[0],
        order.map((k) => inner[k]),
      );
    }
    case 'slice':
      return sameShape(x.shape, attrs.size as Shape) && (attrs.step as Shape).every((s) => s === 1)
        ? x
        : undefined;
    case 'pad':
      return [...(attrs.before as Shape), ...(attrs.after as Shape)].every((n) => n === 0) ? x : undefined;
  }
  return undefined;
}

function arithmetic(b: Builder, op: string, inputs: readonly Node[]): Node | undefined {
  const [x, y] = inputs;
  const [cx, cy] = inputs.map(constantValue);
  switch (op) {
    case 'neg':
      return x.op === 'neg' ? x.inputs[0] : undefined;
    case 'add':
      if (cx === 0) return y;
      return cy === 0 ? x : undefined;
    case 'sub':
      if (cy === 0) return x;
      return cx === 0 ? b.neg(y) : undefined;
    case 'mul':
      if (cx === 1 || cy === 0) return y;
      if (cy === 1 || cx === 0) return x;
      return undefined;
    case 'div':
      if (cy === 1) return x;
      return cy !== undefined && Number.isInteger(Math.log2(Math.abs(cy))) ? b.mul(x, 1 / cy) : undefined;
  }
  return undefined;
}

/** A simpler node for op(inputs), or undefined when none is known. */
export function simplify(b: Builder, op: string, inputs: readonly Node[], attrs: Attrs): Node | undefined {
  const kind = opRow(op).kind;
  if (kind === 'movement') return inputs.length === 1 ? movement(b, op, inputs, attrs) : undefined;
  if (kind === 'reduce') {
    const [from, to] = [attrs.from as number, attrs.to as number];
    return inputs[0].shape.slice(from, to).every((d) => d === 1) ? inputs[0] : undefined;
  }
  if (kind !== 'elementwise') return undefined;
  return foldConstants(b, op, inputs) ?? arithmetic(b, op, inputs);
}

function foldConstants(b: Builder, op: string, inputs: readonly Node[]): Node | undefined {
  if (op === 'stop_gradient') return undefined;
  const values = inputs.map(constantValue);
  if (values.some((v) => v === undefined)) return undefined;
  const row = opRow(op);
  const [type] = row.infer(
    inputs.map((n) => n.types[0]),
    {},
  );
  const [folded] = row.ref!(
    inputs.map((n, i) => ({ shape: [], dtype: n.dtype, data: Float64Array.of(values[i]!) })),
    {},
    [{ shape: [], dtype: type.dtype }],
  );
  // Infinities and NaN stay expressions: not every printer has a literal for them.
  if (!Number.isFinite(folded.data[0])) return undefined;
  return b.full(type.shape, folded.data[0], type.dtype);
}
