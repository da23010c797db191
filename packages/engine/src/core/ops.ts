// The op table: the single source from which interpreter, autodiff, compiler and fuzzer are derived.

import type { OpRow } from './graph.ts';
import { attentionRows } from './ops/attention.ts';
import { cachedAttentionRows } from './ops/cached-attention.ts';
import { convRows } from './ops/conv.ts';
import { crossEntropyRows } from './ops/cross-entropy.ts';
import { elementwiseRows } from './ops/elementwise.ts';
import { geluRows } from './ops/gelu.ts';
import { layernormRows } from './ops/layernorm.ts';
import { layerRows } from './ops/layers.ts';
import { matmulRow } from './ops/matmul.ts';
import { movementRows } from './ops/movement.ts';
import { muonRows } from './ops/muon.ts';
import { optimizerRows } from './ops/optimizer.ts';
import { reduceRows } from './ops/reduce.ts';
import { softcapRows } from './ops/softcap.ts';
import { sourceRows } from './ops/sources.ts';

const rows: readonly OpRow[] = [
  ...sourceRows,
  ...elementwiseRows,
  ...reduceRows,
  ...movementRows,
  matmulRow,
  ...convRows,
  ...layerRows,
  ...layernormRows,
  ...geluRows,
  ...softcapRows,
  ...attentionRows,
  ...cachedAttentionRows,
  ...crossEntropyRows,
  ...optimizerRows,
  ...muonRows,
];

export const opTable: ReadonlyMap<string, OpRow> = new Map(rows.map((row) => [row.name, row]));

export function opRow(name: string): OpRow {
  const row = opTable.get(name);
  if (!row) throw new Error(`no op named ${name}`);
  return row;
}
