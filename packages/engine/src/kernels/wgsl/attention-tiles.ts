// Pieces of the attention kernels. A tile is some rows of q, k, v or a gradient of one head in shared memory, each
// row as vectors of four and one vector longer than needed, so that threads that read the same column of different
// rows use different banks.

import { loadF } from './template.ts';

export const THREADS = 256;

/** Large and finite: no algorithm here depends on arithmetic with infinities. */
export const MASKED = '-1e30f';

export interface Tiles {
  /** Rows of queries and of keys per tile. */
  readonly queries: number;
  readonly keys: number;
  /** Head size in floats and in vectors, and vectors per row in shared memory. */
  readonly size: number;
  readonly vectors: number;
  readonly pitch: number;
}

const CHOICES = [
  [32, 32],
  [32, 16],
  [16, 16],
  [16, 8],
  [8, 8],
  [8, 4],
  [4, 4],
] as const;

/** The largest tiles that fit: `perQuery` and `perKey` tiles of each kind, `squares` arrays of queries x keys floats. */
export function chooseTiles(
  size: number,
  bytes: number,
  use: { readonly perQuery: number; readonly perKey: number; readonly squares: number },
): Tiles {
  const vectors = Math.ceil(size / 4);
  const pitch = vectors + 1;
  for (const [queries, keys] of CHOICES) {
    const rows = use.perQuery * queries + use.perKey * keys;
    if (16 * pitch * rows + 4 * use.squares * queries * keys <= bytes) {
      return { queries, keys, size, vectors, pitch };
    }
  }
  throw new Error(`attention heads of ${size} do not fit into ${bytes} bytes of workgroup memory`);
}

export const sharedTile = (name: string, rows: number, t: Tiles) =>
  `var<workgroup> ${name}: array<vec4<f32>, ${rows * t.pitch}>;`;
export const sharedSquare = (name: string, t: Tiles) =>
  `var<workgroup> ${name}: array<f32, ${t.queries * t.keys}>;`;

/**
 * Fills a tile with rows `first`, `first + 1`, ... of head `head` of a tensor [z, length, heads, size]; rows past the
 * end are zero.
 */
export function loadRows(
  tile: string,
  rows: number,
  t: Tiles,
  from: { slot: number; first: string; length: string; heads: string; head: string },
): string[] {
  return [
    `for (var e = t; e < ${rows * t.vectors}; e += ${THREADS}) {`,
    `  let r = e / ${t.vectors};`,
    `  let c = e % ${t.vectors};`,
    `  let at = ((z * ${from.length} + ${from.first} + r) * ${from.heads} + ${from.head}) * ${t.size} + c * 4;`,
    '  var row_part = vec4<f32>();',
    `  if (${from.first} + r < ${from.length}) {`,
    `    for (var j = 0; j < ${Math.min(4, t.size)}; j++) {`,
    t.size % 4 === 0
      ? `      row_part[j] = ${loadF(from.slot, 'at + j')};`
      : `      if (c * 4 + j < ${t.size}) { row_part[j] = ${loadF(from.slot, 'at + j')}; }`,
    '    }',
    '  }',
    `  ${tile}[r * ${t.pitch} + c] = row_part;`,
    '}',
  ];
}

/** `name` = the product of row i of one tile with row j of another. */
export const dotRows = (name: string, a: string, i: string, b: string, j: string, t: Tiles): string[] => [
  `var ${name} = 0.0f;`,
  `for (var c = 0; c < ${t.vectors}; c++) { ${name} += dot(${a}[${i} * ${t.pitch} + c], ${b}[${j} * ${t.pitch} + c]); }`,
];

/** A thread owns row `owned` of `rows` and every `lanes`-th vector of it. */
export function ownership(rows: number, t: Tiles) {
  const lanes = THREADS / rows;
  const count = Math.ceil(t.vectors / lanes);
  return {
    lanes,
    count,
    lets: [`let owned = t / ${lanes};`, `let lane = t % ${lanes};`],
    /** Statements for every owned vector: `a` counts them, `c` is the column. */
    each: (body: readonly string[]) => [
      `for (var a = 0; a < ${count}; a++) {`,
      `  let c = lane + a * ${lanes};`,
      `  if (c < ${t.vectors}) {`,
      ...body.map((line) => `    ${line}`),
      '  }',
      '}',
    ],
  };
}

/** Hands vector `value`, column c of row `row` of [z, length, heads, size], to the epilogue. */
export const endVector = (
  t: Tiles,
  to: { row: string; length: string; heads: string; head: string },
  value: string,
): string[] => [
  `let row = (z * ${to.length} + ${to.row}) * ${to.heads} + ${to.head};`,
  `let out = ${value};`,
  'for (var j = 0; j < 4; j++) {',
  `  if (c * 4 + j < ${t.size}) { epilogue(row, c * 4 + j, out[j]); }`,
  '}',
];

/** Writes vector `value` as column c of row `row` of [z, length, heads, size]. */
export function storeVector(
  slot: number,
  t: Tiles,
  to: { row: string; length: string; heads: string; head: string },
  value: string,
): string[] {
  return [
    `let at = ((z * ${to.length} + ${to.row}) * ${to.heads} + ${to.head}) * ${t.size} + c * 4;`,
    `let out = ${value};`,
    'for (var j = 0; j < 4; j++) {',
    `  if (c * 4 + j < ${t.size}) { M${slot}[o${slot} + at + j] = bitcast<u32>(out[j]); }`,
    '}',
  ];
}
