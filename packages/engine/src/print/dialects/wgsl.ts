// WGSL. All tensors live in a few slabs of memory, every one bound once as read_write for the whole program,
// because WebGPU forbids a buffer that is read-only in one binding and writable in another. A kernel therefore
// sees slots: `M3[i]` is element i of the slab that holds its slot 3, and a word of the argument block says where
// the tensor begins. Which slab a slot is in is known when memory is planned; `bindSlots` then writes it in.

import type { DType } from '../../core/shape.ts';
import type { GpuDialect, GpuType, Slot } from '../gpu-dialect.ts';
import type { RunSpelling } from '../gpu-epilogue.ts';

export interface WgslFeatures {
  /** Least number of neighbouring threads that exchange registers; 1 without subgroups. */
  readonly subgroupSize: number;
  /** Whether shader-f16 is on. */
  readonly f16: boolean;
}

/** What a slab's elements look like to a kernel. Words are bitcast, so that integers never pass as floats. */
export type View = 'u32' | 'vec4<u32>';

export interface WgslParts {
  readonly view: View;
  /** Words of the argument block. */
  readonly words: number;
  readonly threads: number;
  readonly enable?: readonly string[];
  /** Module-scope declarations. */
  readonly declarations?: readonly string[];
  /** Statements; they may read `t` and `g` of type i32. */
  readonly body: readonly string[];
}

const TYPES: Readonly<Record<GpuType, string>> = { f32: 'f32', i32: 'i32', bool: 'bool', index: 'i32' };

/** Text of argument word k, a u32. */
export const argument = (k: number): string => `args[${k >> 2}].${'xyzw'[k & 3]}`;

/** A whole kernel. The symbol stands as `@` in the first line; the entry point is always `main`. */
export function wgslKernel(parts: WgslParts): string {
  return [
    '// @',
    `//!view ${parts.view}`,
    `//!words ${parts.words}`,
    ...(parts.enable ?? []).map((name) => `enable ${name};`),
    '//!memory',
    ...(parts.declarations ?? []),
    'fn clamp_index(x: i32, low: i32, high: i32) -> i32 { return clamp(x, low, high); }',
    `@compute @workgroup_size(${parts.threads})`,
    'fn main(@builtin(local_invocation_index) t_: u32, @builtin(workgroup_id) w_: vec3<u32>,',
    '        @builtin(num_workgroups) n_: vec3<u32>) {',
    '  let t = i32(t_);',
    '  let g = i32(w_.x + w_.y * n_.x);',
    ...parts.body.map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n');
}

const directive = (text: string, name: string): string =>
  new RegExp(`^//!${name} (.*)$`, 'm').exec(text)?.[1] ?? '';

/** Words of the argument block that a kernel's text declares. */
export const argumentWords = (text: string): number => Number(directive(text, 'words'));

/** The binding of the argument block; slabs have the bindings before it. */
export const ARGUMENT_BINDING = 8;

/** The kernel as a module, with slot k in slab `slabs[k]`. */
export function bindSlots(text: string, slabs: readonly number[]): string {
  const view = directive(text, 'view');
  const used = [...new Set(slabs)].sort((a, b) => a - b);
  const memory = used.map(
    (s) => `@group(0) @binding(${s}) var<storage, read_write> slab${s}: array<${view}>;`,
  );
  const vectors = Math.max(1, Math.ceil(argumentWords(text) / 4));
  memory.push(`@group(0) @binding(${ARGUMENT_BINDING}) var<uniform> args: array<vec4<u32>, ${vectors}>;`);
  return text
    .replace('//!memory', memory.join('\n'))
    .replace(/\bM(\d+)\[/g, (_, slot: string) => `slab${slabs[Number(slot)]}[`)
    .replace(
      /\bsame_slab\((\d+), (\d+)\)/g,
      (_, a: string, b: string) => `${slabs[Number(a)] === slabs[Number(b)]}`,
    );
}

export function wgslLiteral(value: number, dtype: DType): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  if (dtype === 'i32')
    return value === -(2 ** 31) ? '(-2147483647i - 1i)' : value < 0 ? `(${value}i)` : `${value}i`;
  const single = Math.fround(value);
  const text = Object.is(single, -0) ? '-0.0' : `${single}`;
  return text.startsWith('-') ? `(${text}f)` : `${text}f`;
}

const OPERATORS: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  cmplt: '<',
  cmpeq: '==',
  and: '&&',
  or: '||',
};
const FUNCTIONS: Readonly<Record<string, string>> = {
  exp: 'exp',
  log: 'log',
  sin: 'ts_sin',
  cos: 'ts_cos',
  tanh: 'ts_tanh',
  erf: 'ts_erf',
  sqrt: 'sqrt',
  rsqrt: 'inverseSqrt',
  floor: 'floor',
  max: 'max',
  min: 'min',
};

/** Where WGSL promises too little (sin and cos: 2^-11) or overflows (tanh), the engine has its own. */
export const WGSL_MATH: Readonly<Record<string, string>> = {
  ts_sin: `fn ts_sin(x: f32) -> f32 {
  let n = round(x * 0.15915494f);
  var r = fma(n, -6.28125f, x);
  r = fma(n, -1.9353072e-3f, r);
  let q = round(r * 0.63661977f);
  r = fma(q, -1.5703125f, r);
  r = fma(q, -4.8382679e-4f, r);
  let k = i32(q) & 3;
  let z = r * r;
  let s = r + r * z * (-0.16666667f + z * (8.3333310e-3f + z * (-1.9840874e-4f + z * 2.7525562e-6f)));
  let c = 1.0f - 0.5f * z + z * z * (4.1666638e-2f + z * (-1.3888378e-3f + z * 2.4760495e-5f));
  let v = select(s, c, (k & 1) == 1);
  return select(v, -v, (k & 2) == 2);
}`,
  ts_cos: 'fn ts_cos(x: f32) -> f32 { return ts_sin(x + 1.5707964f); }',
  ts_tanh: `fn ts_tanh(x: f32) -> f32 {
  let a = abs(x);
  let e = exp(-2.0f * a);
  let z = x * x;
  let small = a * (1.0f + z * (-0.33333334f + z * (0.13333334f + z * (-0.05396825f + z * 0.02186949f))));
  return sign(x) * select((1.0f - e) / (1.0f + e), small, a < 0.25f);
}`,
  ts_erf: `fn ts_erf(x: f32) -> f32 {
  let a = abs(x);
  let z = x * x;
  let small = a * 1.1283792f * (1.0f + z * (-0.33333334f + z * (0.1f + z * (-0.023809524f + z * (4.6296297e-3f
    + z * (-7.5757576e-4f + z * 1.0683761e-4f))))));
  let t = 1.0f / (1.0f + 0.5f * a);
  let p = -1.26551223f + t * (1.00002368f + t * (0.37409196f + t * (0.09678418f + t * (-0.18628806f
    + t * (0.27886807f + t * (-1.13520398f + t * (1.48851587f + t * (-0.82215223f + t * 0.17087277f))))))));
  return sign(x) * select(1.0f - t * exp(p - z), small, a < 0.7f);
}`,
};

function apply(op: string, args: readonly string[], types: readonly DType[]): string {
  const [x, y, z] = args;
  if (OPERATORS[op]) return `(${x} ${OPERATORS[op]} ${y})`;
  if (FUNCTIONS[op]) return `${FUNCTIONS[op]}(${args.join(', ')})`;
  switch (op) {
    case 'neg':
      return `(-${x})`;
    case 'not':
      return `(!${x})`;
    case 'recip':
      return `(1.0f / ${x})`;
    case 'where':
      return `select(${z}, ${y}, ${x})`;
    case 'to_f32':
      return types[0] === 'bool' ? `select(0.0f, 1.0f, ${x})` : types[0] === 'f32' ? x : `f32(${x})`;
    case 'to_i32':
      return types[0] === 'bool' ? `select(0i, 1i, ${x})` : types[0] === 'i32' ? x : `i32(${x})`;
  }
  throw new Error(`WGSL has no spelling of the op ${op}`);
}

/** Bools are kept in memory as C keeps them: 0 or -1. */
function decode(word: string, { dtype }: Slot): string {
  if (dtype === 'bool') return `(${word} != 0u)`;
  return `bitcast<${dtype}>(${word})`;
}
function encode(value: string, { dtype }: Slot): string {
  return dtype === 'bool' ? `select(0u, 0xffffffffu, ${value})` : `bitcast<u32>(${value})`;
}

export const wgslMath = (body: readonly string[]): string[] => {
  const text = body.join('\n');
  const used = Object.keys(WGSL_MATH).filter((name) => text.includes(`${name}(`));
  if (used.includes('ts_cos') && !used.includes('ts_sin')) used.unshift('ts_sin');
  return used.map((name) => WGSL_MATH[name]);
};

/** Element `index` of a slot, in a kernel with a view of vectors. */
const wordOfVector = (slot: number, index: string) =>
  `M${slot}[o${slot} + ((${index}) >> 2u)][(${index}) & 3]`;

/** Four neighbours at once, where the view is of vectors. */
export const wgslRun: RunSpelling = {
  width: 4,
  load: (name, slot, index) => `let ${name} = bitcast<vec4<f32>>(M${slot}[o${slot} + ((${index}) >> 2u)]);`,
  variable: (name) => `var ${name}: vec4<f32>;`,
  store: (slot, index, name) => `M${slot}[o${slot} + ((${index}) >> 2u)] = bitcast<vec4<u32>>(${name});`,
  loop: 'for (var e = 0; e < 4; e++) {',
};

export function wgslDialect(features: WgslFeatures, view: View = 'u32'): GpuDialect {
  return {
    name: 'wgsl',
    threads: 256,
    shuffleWidth: features.subgroupSize,
    literal: wgslLiteral,
    apply,
    select: (condition, yes, no) => `select(${no}, ${yes}, ${condition})`,
    load: (slot, index, info) =>
      decode(view === 'u32' ? `M${slot}[o${slot} + ${index}]` : wordOfVector(slot, index), info),
    store: (slot, index, value, info) => `M${slot}[o${slot} + ${index}] = ${encode(value, info)};`,
    constant: (type, name, value) => `let ${name}: ${TYPES[type]} = ${value};`,
    variable: (type, name, value) => `var ${name}: ${TYPES[type]} = ${value};`,
    fromIndex: (index) => `i32(${index})`,
    loop: (name, from, below, step, body) => [
      `for (var ${name}: i32 = ${from}; ${name} < ${below}; ${name} += ${step}) {`,
      ...body.map((line) => `  ${line}`),
      '}',
    ],
    // No infinities: WGSL implementations may assume that there are none.
    reduceIdentity: (op, dtype) =>
      wgslLiteral(op === 'sum' ? 0 : dtype === 'f32' ? -3.4028234663852886e38 : -(2 ** 31), dtype),
    barrier: 'workgroupBarrier();',
    ...(features.subgroupSize > 1
      ? { shuffleXor: (value: string, mask: number) => `subgroupShuffleXor(${value}, ${mask}u)` }
      : {}),
    kernel(parts) {
      const offsets = parts.slots.map((_, i) => `let o${i} = i32(${argument(i)});`);
      const shared = parts.shared.map(
        (s) => `var<workgroup> ${s.name}: array<${TYPES[s.dtype]}, ${s.length}>;`,
      );
      const shuffles = parts.body.some((line) => line.includes('subgroupShuffleXor'));
      return wgslKernel({
        view: 'u32',
        words: parts.slots.length,
        threads: parts.threads,
        enable: shuffles ? ['subgroups'] : [],
        declarations: [...shared, ...wgslMath(parts.body)],
        body: [...offsets, ...parts.body],
      });
    },
  };
}
