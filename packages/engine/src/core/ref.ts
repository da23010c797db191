// The reference interpreter: every node in float64, plain and slow. It is the oracle of all backends.

import { GraphBuilder } from './builder.ts';
import { type Node, topologicalOrder } from './graph.ts';
import type { NdArray } from './ndarray.ts';
import { ndarray } from './ndarray.ts';
import { opRow } from './ops.ts';

export interface InterpretOptions {
  /** Evaluate composites through their decomposition even where they have a direct reference. */
  readonly decomposeAll?: boolean;
  readonly tables?: ReadonlyMap<string, Float32Array>;
}

/** Values of `roots` given the values of the params by name. */
export function interpret(
  roots: readonly Node[],
  params: ReadonlyMap<string, NdArray>,
  options: InterpretOptions = {},
): NdArray[] {
  const values = new Map<number, readonly NdArray[]>();
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((n) => values.get(n.id)![0]);
    values.set(node.id, evaluate(node, inputs, values, params, options));
  }
  return roots.map((n) => values.get(n.id)![0]);
}

function evaluate(
  node: Node,
  inputs: readonly NdArray[],
  values: ReadonlyMap<number, readonly NdArray[]>,
  params: ReadonlyMap<string, NdArray>,
  options: InterpretOptions,
): readonly NdArray[] {
  if (node.op === 'param') return [paramValue(node, params, options)];
  if (node.op === 'pick') return [values.get(node.inputs[0].id)![node.attrs.index as number]];
  const row = opRow(node.op);
  if (row.ref && !(options.decomposeAll && row.decompose)) return row.ref(inputs, node.attrs, node.types);
  if (!row.decompose) throw new Error(`${node.op} has neither a reference nor a decomposition`);
  const b = new GraphBuilder();
  const stand = node.inputs.map((n, i) => b.param(`in${i}`, n.shape, n.dtype));
  const parts = row.decompose(b, stand, node.attrs);
  return interpret(parts, new Map(inputs.map((value, i) => [`in${i}`, value])), {
    ...options,
    tables: b.tables,
  });
}

function paramValue(node: Node, params: ReadonlyMap<string, NdArray>, options: InterpretOptions): NdArray {
  const name = node.attrs.name as string;
  const value = params.get(name);
  if (value) return value;
  const table = options.tables?.get(name);
  if (!table) throw new Error(`no value for param ${name}`);
  return ndarray(node.shape, table, node.dtype);
}
