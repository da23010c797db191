// CUDA C. Pointers carry the storage type and `ld` / `st` of the prelude are overloaded on it, so that bfloat16
// and float32 memory read alike; arithmetic is float32. Bools are C++ bools in registers and 0 or -1 in memory.

import type { DType } from '../../core/shape.ts';
import type { GpuDialect, GpuType, Slot } from '../gpu-dialect.ts';
import type { RunSpelling } from '../gpu-epilogue.ts';

const TYPES: Readonly<Record<GpuType, string>> = { f32: 'float', i32: 'int', bool: 'bool', index: 'int' };

export const elementType = (slot: Slot): string =>
  slot.storage === 'bf16' ? 'bf16' : slot.dtype === 'f32' ? 'float' : 'int';

function literal(value: number, dtype: DType): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  if (dtype === 'i32') return value === -(2 ** 31) ? 'INT32_MIN' : value < 0 ? `(${value})` : `${value}`;
  const single = Math.fround(value);
  const text = Object.is(single, -0) ? '-0.0' : `${single}`;
  const number = `${/[.e]/.test(text) ? text : `${text}.0`}f`;
  return text.startsWith('-') ? `(${number})` : number;
}

const OPERATORS: Readonly<Record<string, string>> = {
  ...{ add: '+', sub: '-', mul: '*', div: '/', cmplt: '<', cmpeq: '==', and: '&&', or: '||' },
};
const FUNCTIONS: Readonly<Record<string, string>> = {
  ...{ exp: 'expf', log: 'logf', sin: 'sinf', cos: 'cosf', tanh: 'tanhf', erf: 'erff' },
  ...{ sqrt: 'sqrtf', rsqrt: 'rsqrtf', floor: 'floorf' },
};

function apply(op: string, args: readonly string[], types: readonly DType[]): string {
  const [x, y, z] = args;
  if (OPERATORS[op]) return `(${x} ${OPERATORS[op]} ${y})`;
  if (FUNCTIONS[op]) return `${FUNCTIONS[op]}(${x})`;
  switch (op) {
    case 'neg':
      return `(-${x})`;
    case 'not':
      return `(!${x})`;
    case 'recip':
      return `(1.0f / ${x})`;
    case 'max':
    case 'min':
      if (types[0] === 'f32') return `f${op}f(${x}, ${y})`;
      return `(${x} ${op === 'max' ? '>' : '<'} ${y} ? ${x} : ${y})`;
    case 'where':
      return `(${x} ? ${y} : ${z})`;
    case 'to_f32':
      return types[0] === 'f32' ? x : `(float)${x}`;
    case 'to_i32':
      return types[0] === 'i32' ? x : `(int)${x}`;
  }
  throw new Error(`CUDA C has no spelling of the op ${op}`);
}

/** Two neighbours at an even index. */
export const cudaRun: RunSpelling = {
  width: 2,
  load: (name, slot, index) => `float ${name}[2]; ld2(p${slot} + ${index}, ${name});`,
  variable: (name) => `float ${name}[2];`,
  store: (slot, index, name) => `st2(p${slot} + ${index}, ${name});`,
  loop: '#pragma unroll\nfor (int e = 0; e < 2; e++) {',
};

export const cudaDialect: GpuDialect = {
  name: 'cuda',
  threads: 256,
  shuffleWidth: 32,
  literal,
  apply,
  select: (condition, yes, no) => `(${condition} ? ${yes} : ${no})`,
  load: (slot, index, info) =>
    info.dtype === 'bool' ? `(ld(p${slot} + ${index}) != 0)` : `ld(p${slot} + ${index})`,
  store: (slot, index, value, info) =>
    `st(p${slot} + ${index}, ${info.dtype === 'bool' ? `(${value} ? -1 : 0)` : value});`,
  constant: (type, name, value) => `const ${TYPES[type]} ${name} = ${value};`,
  variable: (type, name, value) => `${TYPES[type]} ${name} = ${value};`,
  fromIndex: (index) => `(int)${index}`,
  loop: (name, from, below, step, body) => [
    `for (int ${name} = ${from}; ${name} < ${below}; ${name} += ${step}) {`,
    ...body.map((line) => `  ${line}`),
    '}',
  ],
  reduceIdentity: (op, dtype) => (op === 'sum' ? '0' : dtype === 'f32' ? '-INFINITY' : 'INT32_MIN'),
  barrier: '__syncthreads();',
  shuffleXor: (value, mask) => `__shfl_xor_sync(WARP_ALL, ${value}, ${mask})`,
  kernel(parts) {
    const pointers = parts.slots.map(
      (slot, i) => `${slot.written ? '' : 'const '}${elementType(slot)} *__restrict__ p${i}`,
    );
    return [
      `GLOBAL void __launch_bounds__(${parts.threads}, 2) @(${pointers.join(', ')}) {`,
      ...parts.shared.map((s) => `  __shared__ ${TYPES[s.dtype]} ${s.name}[${s.length}];`),
      '  const int t = threadIdx.x, g = blockIdx.x;',
      ...parts.body.map((line) => `  ${line}`),
      '}',
      '',
    ].join('\n');
  },
};
