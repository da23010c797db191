// C with GCC vector extensions: sixteen lanes everywhere, which the compiler maps to
// whatever the CPU has, so that sums have the same tree on every machine.

import type { DType } from '../../core/shape.ts';
import type { Dialect } from '../dialect.ts';

const kind = (dtype: DType) => (dtype === 'f32' ? 'f' : 'i');

const pointersTo = (slots: readonly { dtype: DType; written: boolean }[]) =>
  slots.map(({ dtype, written }, i) => {
    const type = `${written ? '' : 'const '}${dtype === 'f32' ? 'float' : 'int32_t'}`;
    return `  ${type} *p${i} = (${type} *)a[${i}];`;
  });

const OPERATORS: Readonly<Record<string, string>> = { add: '+', sub: '-', mul: '*', div: '/' };
/** Bools are 0 or -1, so that logic is bitwise in both modes. */
const LOGIC: Readonly<Record<string, string>> = { and: '&', or: '|' };

export const cDialect: Dialect = {
  name: 'c',
  width: 16,
  prelude: '#include "prelude.h"\n',
  type: (dtype, mode) => (mode === 'vector' ? `v${kind(dtype)}` : dtype === 'f32' ? 'float' : 'int32_t'),
  literal(value, dtype) {
    if (dtype !== 'f32') return `(${dtype === 'bool' ? (value ? -1 : 0) : value})`;
    const single = Math.fround(value);
    const text = Object.is(single, -0) ? '-0.0' : `${single}`;
    const number = `${/[.e]/.test(text) ? text : `${text}.0`}f`;
    // Parentheses, because a minus before it must not become a decrement.
    return text.startsWith('-') ? `(${number})` : number;
  },
  apply(op, args, types, mode) {
    const [x, y, z] = args;
    const v = mode === 'vector' ? 'v' : 's';
    if (OPERATORS[op]) return `(${x} ${OPERATORS[op]} ${y})`;
    if (LOGIC[op]) return `(${x} ${LOGIC[op]} ${y})`;
    const t = kind(types[types.length - 1]);
    switch (op) {
      case 'neg':
        return `(-(${x}))`;
      case 'not':
        return `(~${x})`;
      case 'recip':
        return `(1.0f / ${x})`;
      case 'rsqrt':
        return `(1.0f / ${v}_sqrt(${x}))`;
      case 'cmplt':
        return mode === 'vector' ? `(${x} < ${y})` : `(-(${x} < ${y}))`;
      case 'cmpeq':
        return mode === 'vector' ? `(${x} == ${y})` : `(-(${x} == ${y}))`;
      case 'max':
        return `${v}_max_${t}(${x}, ${y})`;
      case 'min':
        return `${v}_min_${t}(${x}, ${y})`;
      case 'where':
        return `${v}_where_${t}(${x}, ${y}, ${z})`;
      case 'to_f32':
        if (types[0] === 'f32') return x;
        return types[0] === 'bool' ? `${v}_b2f(${x})` : `${v}_i2f(${x})`;
      case 'to_i32':
        if (types[0] === 'i32') return x;
        return types[0] === 'bool' ? `(${x} & 1)` : `${v}_f2i(${x})`;
      default:
        return `${v}_${op}(${x})`;
    }
  },
  splat: (scalar, dtype) => `splat_${kind(dtype)}(${scalar})`,
  load(pointer, index, dtype, mode, stride) {
    if (mode === 'scalar') return `${pointer}[${index}]`;
    if (stride === 1) return `load_${kind(dtype)}(${pointer} + ${index})`;
    return `gather_${kind(dtype)}(${pointer} + ${index}, ${stride})`;
  },
  store: (pointer, index, value, dtype, mode) =>
    mode === 'scalar'
      ? `${pointer}[${index}] = ${value};`
      : `store_${kind(dtype)}(${pointer} + ${index}, ${value});`,
  ramp: (first, step) => `ramp(${first}, ${step})`,
  select: (condition, yes, no) => `(${condition} ? ${yes} : ${no})`,
  reduceIdentity: (op, dtype) => (op === 'sum' ? '0' : dtype === 'f32' ? '-INFINITY' : 'INT32_MIN'),
  reduceLanes: (op, vector, dtype) => `lanes_${op}_${kind(dtype)}(${vector})`,
  kernel(symbol, slots, body) {
    return [
      `void ${symbol}(const int64_t *a, int64_t t0, int64_t t1, char *scratch) {`,
      '  (void)scratch;',
      ...pointersTo(slots),
      '  for (int64_t t = t0; t < t1; t++) {',
      ...body.map((line) => `    ${line}`),
      '  }',
      '}',
      '',
    ].join('\n');
  },
  rectangle: (symbol, slots, body) =>
    [
      `void ${symbol}(const int64_t *a, int64_t first, int64_t last, int64_t from, int64_t to) {`,
      ...pointersTo(slots),
      ...body.map((line) => `  ${line}`),
      '}',
      '',
    ].join('\n'),
};
