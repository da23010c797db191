// Matrix product c = op(a) op(b) [+ residual], or what an epilogue makes of it. Each thread of a workgroup keeps a block of c in registers; tiles of
// a and b pass through shared memory, k-major, so that the inner loop reads only vectors of four.
//
// Per step of k a thread of the large tile does 64 fused multiply-adds for four 16-byte reads of shared memory. A
// thread brings in one 4 x 4 block per tile of 16 k: where memory runs along k it is turned in registers. Places in
// a shared row are exchanged by xor with the block's k, which keeps the turned stores free of bank conflicts. The
// next tile's loads are in flight while this one is used.

import { matmulSizes } from '../../core/ops/matmul.ts';
import {
  bufferArg,
  intArg,
  type Launch,
  type Template,
  type TemplateContext,
} from '../../schedule/launch.ts';
import { inPlaceOf } from '../ending.ts';
import { matvec, suitsMatvec } from './matvec.ts';
import {
  flopsOf,
  loadF,
  storeF,
  templateKernel,
  type WgslEnding,
  type WgslTarget,
  wgslEnding,
  wgslLaunch,
} from './template.ts';

interface Tile {
  /** Rows and columns of c per workgroup; a thread has (size / 16)^2 of them. */
  readonly size: 64 | 128;
  /** Depth of a tile in k. size * depth floats of a and b are 16 KiB together. */
  readonly depth: 16 | 32;
}
const LARGE: Tile = { size: 128, depth: 16 };
const SMALL: Tile = { size: 64, depth: 32 };
const THREADS = 256;
/** Workgroups below which a device is not full. */
const FULL = 128;
/** Shortest stretch of k worth a workgroup of its own. */
const SPLIT_DEPTH = 256;

interface Shape {
  readonly ta: boolean;
  readonly tb: boolean;
  readonly residual: boolean;
  /** Rows in memory are whole vectors of four. */
  readonly vector: boolean;
  readonly split: boolean;
  readonly tile: Tile;
  /** Tiles in shared memory are kept in half precision; sums stay in float32. */
  readonly half: boolean;
}

/**
 * One operand's 4 x 4 block: `across` is its first row of c (or column, for b), `k` its first k. `along` tells that
 * memory runs along k.
 */
function loadBlock(slot: number, along: boolean, vector: boolean, extent: string): string[] {
  const row = along ? 'across + i' : 'kk + i';
  const inside = along ? `across + i < ${extent} && kk` : 'kk + i < last && across';
  const bound = along ? 'last' : extent;
  const column = along ? 'kk' : 'across';
  const stride = along ? 'kAll' : extent;
  const at = `base + (${row}) * ${stride} + ${column}`;
  if (vector) {
    return [
      'for (var i = 0; i < 4; i++) {',
      `  block[i] = vec4<f32>();`,
      `  if (${inside} < ${bound}) { block[i] = bitcast<vec4<f32>>(M${slot}[o${slot} + ((${at}) >> 2u)]); }`,
      '}',
    ];
  }
  return [
    'for (var i = 0; i < 4; i++) {',
    '  var v = vec4<f32>();',
    '  for (var j = 0; j < 4; j++) {',
    `    if (${inside} + j < ${bound}) { v[j] = ${loadF(slot, `${at} + j`)}; }`,
    '  }',
    '  block[i] = v;',
    '}',
  ];
}

/** Loads this thread's block of the tile that begins at k = `start`: the first threads of a, the others of b. */
function loadTile(s: Shape): string[] {
  const rows = s.tile.size / 4;
  const deep = s.tile.depth / 4;
  const half = THREADS / 2;
  const part = (slot: number, along: boolean, extent: string, origin: string, batch: string) => [
    // Neighbouring threads read neighbouring memory.
    `let across = ${origin} + ${along ? `(u / ${deep})` : `(u % ${rows})`} * 4;`,
    `let kk = start + ${along ? `(u % ${deep})` : `(u / ${rows})`} * 4;`,
    `let base = ${batch};`,
    ...loadBlock(slot, along, s.vector, extent),
    ...(along ? ['block = transpose_block(block);'] : []),
  ];
  return [
    `if (t < ${half}) {`,
    ...part(0, !s.ta, 'm', 'row0', 'z * m * kAll'),
    '} else {',
    ...part(1, s.tb, 'n', 'column0', 'z * n * kAll'),
    '}',
  ];
}

function storeTile(s: Shape): string[] {
  const rows = s.tile.size / 4;
  const deep = s.tile.depth / 4;
  const cast = s.half ? 'vec4<f16>' : 'vec4<f32>';
  const part = (name: string, along: boolean) => [
    `let place = ${along ? `u / ${deep}` : `u % ${rows}`};`,
    `let k4 = ${along ? `u % ${deep}` : `u / ${rows}`};`,
    `for (var i = 0; i < 4; i++) { ${name}[(k4 * 4 + i) * ${rows} + (place ^ (k4 * 2))] = ${cast}(block[i]); }`,
  ];
  return [`if (t < ${THREADS / 2}) {`, ...part('tileA', !s.ta), '} else {', ...part('tileB', s.tb), '}'];
}

/** Groups of four rows (and columns) of one thread, 16 threads apart in the tile. */
const parts = (s: Shape) => Array.from({ length: s.tile.size / 64 }, (_, i) => i);

function multiply(s: Shape): string[] {
  const rows = s.tile.size / 4;
  const deep = s.tile.depth / 4;
  const read = (name: string, at: string, p: number) => {
    const text = `${name}[k * ${rows} + ((${at} + ${16 * p}) ^ (k4 * 2))]`;
    return s.half ? `vec4<f32>(${text})` : text;
  };
  return [
    `for (var k4 = 0; k4 < ${deep}; k4++) {`,
    '  for (var i = 0; i < 4; i++) {',
    '    let k = k4 * 4 + i;',
    ...parts(s).map((p) => `    let a${p} = ${read('tileA', 'ty', p)};`),
    ...parts(s).map((p) => `    let b${p} = ${read('tileB', 'tx', p)};`),
    ...parts(s).flatMap((p) =>
      [0, 1, 2, 3].flatMap((r) =>
        parts(s).map((q) => {
          const c = `c${p}${r}${q}`;
          return `    ${c} = fma(vec4<f32>(a${p}.${'xyzw'[r]}), b${q}, ${c});`;
        }),
      ),
    ),
    '  }',
    '}',
  ];
}

/** Writes the thread's rows, with the residual added where there is one, or hands them to the epilogue. */
function storeResult(s: Shape, isEpilogue: boolean): string[] {
  const residual = s.residual && !s.split;
  return parts(s).flatMap((p) =>
    [0, 1, 2, 3].flatMap((r) => [
      `if (row0 + ty * 4 + ${64 * p + r} < m) {`,
      ...(isEpilogue ? [`  let row = z * m + row0 + ty * 4 + ${64 * p + r};`] : []),
      ...parts(s).flatMap((q) => {
        const at = `out0 + (row0 + ty * 4 + ${64 * p + r}) * n + column0 + tx * 4 + ${64 * q}`;
        const column = `column0 + tx * 4 + ${64 * q}`;
        const value = `c${p}${r}${q}`;
        if (s.vector) {
          const sum = residual ? `${value} + bitcast<vec4<f32>>(M3[o3 + ((${at}) >> 2u)])` : value;
          const store = isEpilogue
            ? `epilogue(row, ${column}, ${sum});`
            : `M2[o2 + ((${at}) >> 2u)] = bitcast<vec4<u32>>(${sum});`;
          return [`  if (${column} < n) { ${store} }`];
        }
        const element = `${value}[j]${residual ? ` + ${loadF(3, `${at} + j`)}` : ''}`;
        const store = isEpilogue
          ? `epilogue(row, ${column} + j, ${element});`
          : storeF(2, `${at} + j`, element);
        return [`  for (var j = 0; j < 4; j++) { if (${column} + j < n) { ${store} } }`];
      }),
      '}',
    ]),
  );
}

/**
 * Buffers a, b, c [, residual], those of the epilogue, then sizes; a split product has its parts of k one after another
 * in c, and no epilogue.
 */
export function matmulKernel(s: Shape, ending?: WgslEnding): string {
  const { size, depth } = s.tile;
  const element = s.half ? 'vec4<f16>' : 'vec4<f32>';
  const accumulators = parts(s).flatMap((p) =>
    [0, 1, 2, 3].flatMap((r) => parts(s).map((q) => `var c${p}${r}${q} = vec4<f32>();`)),
  );
  return templateKernel({
    buffers: (s.residual && !s.split ? 4 : 3) + (ending?.others.length ?? 0),
    ints: ['m', 'n', 'kAll', 'rowTiles', 'columnTiles', 'kPart', 'kParts'],
    threads: THREADS,
    view: s.vector ? 'vec4<u32>' : 'u32',
    enable: s.half ? ['f16'] : [],
    shared: ['A', 'B'].map((x) => `var<workgroup> tile${x}: array<${element}, ${(size * depth) / 4}>;`),
    functions: [
      `fn transpose_block(b: array<vec4<f32>, 4>) -> array<vec4<f32>, 4> {
  return array<vec4<f32>, 4>(
    vec4<f32>(b[0].x, b[1].x, b[2].x, b[3].x), vec4<f32>(b[0].y, b[1].y, b[2].y, b[3].y),
    vec4<f32>(b[0].z, b[1].z, b[2].z, b[3].z), vec4<f32>(b[0].w, b[1].w, b[2].w, b[3].w));
}`,
      ...(ending?.functions(s.vector ? 'vec4<u32>' : 'u32') ?? []),
    ],
    body: [
      'let tiles = rowTiles * columnTiles;',
      'let part = (g / tiles) % kParts;',
      'let z = g / (tiles * kParts);',
      `let row0 = ((g % tiles) / columnTiles) * ${size};`,
      `let column0 = (g % columnTiles) * ${size};`,
      'let out0 = (z * kParts + part) * m * n;',
      'let first = part * kPart;',
      'let last = min(kAll, first + kPart);',
      `let u = t % ${THREADS / 2};`,
      'let tx = t % 16;',
      'let ty = t / 16;',
      'var block: array<vec4<f32>, 4>;',
      ...accumulators,
      'var start = first;',
      ...loadTile(s),
      'while (start < last) {',
      ...storeTile(s),
      '  workgroupBarrier();',
      `  start += ${depth};`,
      '  if (start < last) {',
      ...loadTile(s),
      '  }',
      ...multiply(s),
      '  workgroupBarrier();',
      '}',
      ...storeResult(s, ending?.isEpilogue === true),
    ],
  });
}

/** Adds the parts of a split product in order, and the residual. Buffers parts, c [, residual], those of the epilogue. */
function sumKernel(residual: boolean, ending: WgslEnding): string {
  const whole = residual ? `sum + ${loadF(2, 'e')}` : 'sum';
  return templateKernel({
    buffers: (residual ? 3 : 2) + ending.others.length,
    ints: ['area', 'total', 'kParts', ...(ending.isEpilogue ? ['n'] : [])],
    functions: ending.functions('u32'),
    threads: THREADS,
    body: [
      `let e = g * ${THREADS} + t;`,
      'if (e < total) {',
      '  let z = e / area;',
      '  var sum = 0.0f;',
      '  for (var p = 0; p < kParts; p++) {',
      `    sum += ${loadF(0, '(z * kParts + p) * area + e % area')};`,
      '  }',
      `  ${ending.isEpilogue ? `epilogue(e / n, e % n, ${whole});` : storeF(1, 'e', whole)}`,
      '}',
    ],
  });
}

/** How the work is cut: from shapes only. */
export function matmulPlan(batch: number, m: number, n: number, k: number) {
  const groups = (size: number) => batch * Math.ceil(m / size) * Math.ceil(n / size);
  const tile = groups(LARGE.size) >= FULL ? LARGE : SMALL;
  const wanted = Math.min(Math.floor(FULL / groups(tile.size)), Math.floor(k / SPLIT_DEPTH));
  const kPart = wanted > 1 ? Math.ceil(k / wanted / tile.depth) * tile.depth : k;
  return { tile, kPart, kParts: Math.ceil(k / kPart), groups: groups(tile.size) };
}

function matmulLaunches(context: TemplateContext, half: boolean): Launch[] {
  const { node, inputs } = context;
  const { batch, m, n, k } = matmulSizes(node.inputs[0].types[0], node.inputs[1].types[0], node.attrs);
  const [ta, tb] = [node.attrs.ta === true, node.attrs.tb === true];
  const residual = inputs[2];
  const { tile, kPart, kParts, groups } = matmulPlan(batch, m, n, k);
  const vector = [ta ? m : k, tb ? k : n, n].every((length) => length % 4 === 0);
  const split = kParts > 1;
  const added = residual === undefined ? [] : [residual];
  const sumsSlot = split ? 1 : 2;
  const ending = wgslEnding(context, sumsSlot, sumsSlot + 1 + added.length);
  const target = split ? context.temporary(batch * kParts * m * n) : ending.sums;
  const joined = split ? [] : [...added, ...ending.others];
  const product = wgslLaunch({
    text: matmulKernel(
      { ta, tb, residual: residual !== undefined && !split, vector, split, tile, half },
      split ? undefined : ending,
    ),
    args: [
      ...[inputs[0], inputs[1], target, ...joined].map(bufferArg),
      ...[m, n, k, Math.ceil(m / tile.size), Math.ceil(n / tile.size), kPart, kParts].map(intArg),
    ],
    groups: groups * kParts,
    reads: split ? inputs.slice(0, 2) : [...inputs, ...ending.reads],
    writes: split ? [target] : ending.writes,
    inPlace: split ? [] : inPlaceOf(ending, residual),
    flops: flopsOf(context),
  });
  if (!split) return [product];
  const total = batch * m * n;
  const sum = wgslLaunch({
    text: sumKernel(residual !== undefined, ending),
    args: [
      ...[target, ending.sums, ...added, ...ending.others].map(bufferArg),
      ...[m * n, total, kParts, ...(ending.isEpilogue ? [n] : [])].map(intArg),
    ],
    groups: Math.ceil(total / THREADS),
    reads: [target, ...added, ...ending.reads],
    writes: ending.writes,
    inPlace: inPlaceOf(ending, residual),
  });
  return [product, sum];
}

/** `half` keeps tiles in half precision where the device has it; inputs are then rounded to 11 bits. */
export function matmulTemplate(target: WgslTarget, half: boolean): Template {
  return (context) =>
    suitsMatvec(context.node) ? matvec(context, target) : matmulLaunches(context, half && target.f16);
}
