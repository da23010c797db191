// The op table: every row has literals checked by hand, a gradient that central differences confirm, and
// every composite equals its decomposition.

import { describe, expect, it } from 'vitest';
import { buildCase, opCases } from '../testing/cases.ts';
import { expectClose } from '../testing/close.ts';
import { gradcheck, gradientCase } from '../testing/gradcheck.ts';
import { random } from '../testing/random.ts';
import { GraphBuilder } from './builder.ts';
import type { Attrs, Node } from './graph.ts';
import { ndarray } from './ndarray.ts';
import { opRow, opTable } from './ops.ts';
import { interpret } from './ref.ts';
import type { DType } from './shape.ts';

type Literal = readonly [shape: readonly number[], values: readonly number[], dtype?: DType];

const E = Math.E;
/** op, inputs, attributes, then every result. Worked by hand. */
const literals: readonly (readonly [string, readonly Literal[], Attrs, readonly (readonly number[])[]])[] = [
  ['const', [], { value: 2.5, dtype: 'f32' }, [[2.5]]],
  ['iota', [], { shape: [2, 3], axis: 1 }, [[0, 1, 2, 0, 1, 2]]],
  ['neg', [[[2], [1, -2]]], {}, [[-1, 2]]],
  ['recip', [[[2], [4, -0.5]]], {}, [[0.25, -2]]],
  ['exp', [[[2], [0, 1]]], {}, [[1, E]]],
  ['log', [[[2], [1, E]]], {}, [[0, 1]]],
  ['sin', [[[2], [0, Math.PI / 2]]], {}, [[0, 1]]],
  ['cos', [[[2], [0, Math.PI]]], {}, [[1, -1]]],
  ['sqrt', [[[2], [9, 0.25]]], {}, [[3, 0.5]]],
  ['rsqrt', [[[2], [4, 0.25]]], {}, [[0.5, 2]]],
  ['tanh', [[[2], [0, Math.log(2)]]], {}, [[0, 0.6]]],
  ['floor', [[[3], [1.5, -1.5, 2]]], {}, [[1, -2, 2]]],
  [
    'add',
    [
      [[2], [1, 2]],
      [[2], [10, 20]],
    ],
    {},
    [[11, 22]],
  ],
  [
    'sub',
    [
      [[2], [1, 2]],
      [[2], [10, 20]],
    ],
    {},
    [[-9, -18]],
  ],
  [
    'mul',
    [
      [[2], [3, 2]],
      [[2], [10, -20]],
    ],
    {},
    [[30, -40]],
  ],
  [
    'div',
    [
      [[2], [3, 2]],
      [[2], [2, -4]],
    ],
    {},
    [[1.5, -0.5]],
  ],
  [
    'max',
    [
      [[2], [3, 2]],
      [[2], [2, 4]],
    ],
    {},
    [[3, 4]],
  ],
  [
    'min',
    [
      [[2], [3, 2]],
      [[2], [2, 4]],
    ],
    {},
    [[2, 2]],
  ],
  [
    'cmplt',
    [
      [[3], [1, 2, 3]],
      [[3], [2, 2, 2]],
    ],
    {},
    [[1, 0, 0]],
  ],
  [
    'cmpeq',
    [
      [[3], [1, 2, 3]],
      [[3], [2, 2, 2]],
    ],
    {},
    [[0, 1, 0]],
  ],
  [
    'and',
    [
      [[2], [1, 1], 'bool'],
      [[2], [1, 0], 'bool'],
    ],
    {},
    [[1, 0]],
  ],
  [
    'or',
    [
      [[2], [0, 1], 'bool'],
      [[2], [0, 0], 'bool'],
    ],
    {},
    [[0, 1]],
  ],
  ['not', [[[2], [0, 1], 'bool']], {}, [[1, 0]]],
  [
    'where',
    [
      [[2], [0, 1], 'bool'],
      [[2], [1, 2]],
      [[2], [3, 4]],
    ],
    {},
    [[3, 2]],
  ],
  ['to_f32', [[[2], [3, -4], 'i32']], {}, [[3, -4]]],
  ['to_i32', [[[2], [3.7, -4.7]]], {}, [[3, -4]]],
  ['stop_gradient', [[[2], [3, -4]]], {}, [[3, -4]]],
  [
    'sum',
    [
      [
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
    ],
    { from: 0, to: 1 },
    [[5, 7, 9]],
  ],
  [
    'reduce_max',
    [
      [
        [2, 3],
        [1, 8, 3, 4, 5, 6],
      ],
    ],
    { from: 1, to: 2 },
    [[8, 6]],
  ],
  [
    'reshape',
    [
      [
        [2, 2],
        [1, 2, 3, 4],
      ],
    ],
    { shape: [4, 1] },
    [[1, 2, 3, 4]],
  ],
  [
    'permute',
    [
      [
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
    ],
    { order: [1, 0] },
    [[1, 4, 2, 5, 3, 6]],
  ],
  [
    'expand',
    [
      [
        [2, 1],
        [1, 2],
      ],
    ],
    { shape: [2, 2] },
    [[1, 1, 2, 2]],
  ],
  ['slice', [[[5], [1, 2, 3, 4, 5]]], { start: [4], size: [3], step: [-2] }, [[5, 3, 1]]],
  ['pad', [[[2], [1, 2]]], { before: [1], after: [2] }, [[0, 1, 2, 0, 0]]],
  [
    'concat',
    [
      [
        [1, 2],
        [1, 2],
      ],
      [[1, 1], [9]],
    ],
    { axis: 1 },
    [[1, 2, 9]],
  ],
  [
    'gather',
    [
      [
        [3, 2],
        [1, 2, 3, 4, 5, 6],
      ],
      [[2], [2, 0], 'i32'],
    ],
    {},
    [[5, 6, 1, 2]],
  ],
  [
    'scatter_add',
    [
      [
        [2, 1],
        [1, 2],
      ],
      [[3], [1, 0, 1], 'i32'],
      [
        [3, 1],
        [10, 20, 30],
      ],
    ],
    {},
    [[21, 42]],
  ],
  [
    'matmul',
    [
      [
        [2, 2],
        [1, 2, 3, 4],
      ],
      [
        [2, 1],
        [5, 6],
      ],
    ],
    { ta: false, tb: false },
    [[17, 39]],
  ],
  [
    'matmul',
    [
      [
        [2, 1],
        [1, 2],
      ],
      [
        [3, 2],
        [1, 0, 0, 1, 1, 1],
      ],
    ],
    { ta: true, tb: true },
    [[1, 2, 3]],
  ],
  // Positions -1 + 2i and on: 0 1 2 and 2 3 0 of 1 2 3 with the kernel 1 10 100 read over a row of zeros at both ends.
  [
    'conv',
    [
      [
        [1, 3, 1],
        [1, 2, 3],
      ],
      [
        [1, 3, 1],
        [1, 10, 100],
      ],
      [[1], [0.5]],
    ],
    { gives: 'output', groups: 1, stride: [2], dilation: [1], spread: [1], low: [1], size: [2], bias: true },
    [[210.5, 32.5]],
  ],
  // The same relation taken back: outputs 1 and 2, taps 1 10 100.
  [
    'conv',
    [
      [
        [1, 3, 1],
        [1, 10, 100],
      ],
      [
        [1, 2, 1],
        [1, 2],
      ],
    ],
    { gives: 'input', groups: 1, stride: [2], dilation: [1], spread: [1], low: [1], size: [3] },
    [[10, 102, 20]],
  ],
  [
    'rmsnorm',
    [
      [
        [1, 2],
        [3, 4],
      ],
      [[2], [1, 2]],
    ],
    { eps: 0 },
    [[3 / Math.sqrt(12.5), 8 / Math.sqrt(12.5)]],
  ],
  // A quarter turn takes the pair (1, 3) to (-3, 1) and leaves (2, 4) at angle zero.
  [
    'rope',
    [
      [
        [1, 1, 1, 4],
        [1, 2, 3, 4],
      ],
      [
        [1, 2],
        [0, 1],
      ],
      [
        [1, 2],
        [1, 0],
      ],
    ],
    {},
    [[-3, 2, 1, 4]],
  ],
  [
    'layernorm',
    [
      [
        [2, 2],
        [1, 3, 9, 7],
      ],
      [[2], [2, 1]],
      [[2], [0.5, -1]],
    ],
    { eps: 0 },
    [[-1.5, 0, 2.5, -2]],
  ],
  ['erf', [[[4], [0, 1, -1, 3]]], {}, [[0, 0.8427007929497149, -0.8427007929497149, 0.9999779095030014]]],
  ['gelu', [[[2], [0, 1]]], { tanh: false }, [[0, 0.8413447460685429]]],
  // No step: only divided by the Frobenius norm of each matrix.
  [
    'orthogonalize',
    [
      [
        [2, 1, 2],
        [3e9, 4e9, 0, 0],
      ],
    ],
    { steps: 0 },
    [[0.6, 0.8, 0, 0]],
  ],
  ['softcap', [[[2], [0, 2 * Math.log(2)]]], { cap: 2 }, [[0, 1.2]]],
  ['silu', [[[2], [0, Math.log(3)]]], {}, [[0, 0.75 * Math.log(3)]]],
  [
    'swiglu',
    [
      [[1], [Math.log(3)]],
      [[1], [4]],
    ],
    {},
    [[3 * Math.log(3)]],
  ],
  ['softmax', [[[2], [0, Math.log(3)]]], {}, [[0.25, 0.75]]],
  // The first row sees one key; the second weighs two keys 1 : 3.
  [
    'attention',
    [
      [
        [1, 2, 1, 2],
        [1, 0, 1, 0],
      ],
      [
        [1, 2, 1, 2],
        [0, 0, Math.log(3), 0],
      ],
      [
        [1, 2, 1, 2],
        [4, 0, 0, 8],
      ],
    ],
    { causal: true, scale: 1 },
    [
      [4, 0, 1, 6],
      [0, Math.log(4)],
    ],
  ],
  // One key: the probability is one whatever q and k are, so only v has a gradient.
  [
    'attention_bwd',
    [
      ...([
        [
          [1, 1, 1, 2],
          [1, 2],
        ],
        [
          [1, 1, 1, 2],
          [3, 4],
        ],
        [
          [1, 1, 1, 2],
          [5, 6],
        ],
      ] as const),
      ...([
        [
          [1, 1, 1, 2],
          [5, 6],
        ],
        [[1, 1, 1], [11]],
        [
          [1, 1, 1, 2],
          [7, 8],
        ],
      ] as const),
    ],
    { causal: true, scale: 1 },
    [
      [0, 0],
      [0, 0],
      [7, 8],
    ],
  ],
  [
    'attention_decode',
    [
      [[1, 1], [1]],
      [
        [3, 1, 1],
        [0, Math.log(3), 99],
      ],
      [
        [3, 1, 1],
        [4, 8, 99],
      ],
      [[1], [1], 'i32'],
    ],
    { scale: 1 },
    [[7]],
  ],
  [
    'cache_update',
    [
      [
        [2, 1],
        [1, 2],
      ],
      [[1], [9]],
      [[1], [1], 'i32'],
    ],
    {},
    [[1, 9]],
  ],
  [
    'cache_write',
    [
      [
        [2, 1, 2, 1],
        [1, 2, 3, 4],
      ],
      [
        [3, 1, 1],
        [9, 8, 7],
      ],
      [[3], [1, -1, 0], 'i32'],
      [[3], [0, 0, 1], 'i32'],
    ],
    {},
    [[1, 7, 9, 4]],
  ],
  [
    'attention_rows',
    [
      [
        [2, 1, 1],
        [1, 1],
      ],
      [
        [2, 1, 2, 1],
        [5, 99, 0, Math.log(3)],
      ],
      [
        [2, 1, 2, 1],
        [6, 99, 4, 8],
      ],
      [[2], [1, 0], 'i32'],
      [[2], [1, 0], 'i32'],
    ],
    { scale: 1 },
    [[7, 6]],
  ],
  [
    'cross_entropy',
    [
      [
        [1, 2],
        [0, Math.log(3)],
      ],
      [[1], [0], 'i32'],
    ],
    {},
    [[Math.log(4)], [Math.log(4)]],
  ],
  [
    'cross_entropy_bwd',
    [
      [
        [1, 2],
        [0, Math.log(3)],
      ],
      [[1], [0], 'i32'],
      [[1], [Math.log(4)]],
      [[1], [2]],
    ],
    {},
    [[-1.5, 1.5]],
  ],
  [
    'global_norm',
    [
      [[1], [3]],
      [[1, 1], [4]],
    ],
    {},
    [[5]],
  ],
  // m = 0.5, v = 0.5 with beta 0.5 and unit corrections: update 0.5 / sqrt(0.5), decay 0.1 * 0.1 of p.
  [
    'adamw',
    [
      [[3], [0.1, 1, 1]],
      [[1], [0.5]],
      [[1], [1]],
      [[1], [2]],
      [[1], [0]],
      [[1], [0]],
    ],
    { beta1: 0.5, beta2: 0.5, eps: 0, decay: [0.1] },
    [[1 - 0.01 - 0.1 * (0.5 / Math.sqrt(0.5))], [0.5], [0.5]],
  ],
];

describe('op table', () => {
  it.each(literals)('%s has the values worked out by hand', (op, inputs, attrs, want) => {
    const b = new GraphBuilder();
    const nodes = inputs.map(([shape, , dtype = 'f32'], i) => b.param(`x${i}`, shape, dtype));
    const node = b.apply(op, nodes, attrs);
    const values = new Map(inputs.map(([s, v, t], i) => [`x${i}`, ndarray(s, v, t)]));
    const results: Node[] = node.types.length > 1 ? node.types.map((_, i) => b.pick(node, i)) : [node];
    expect(results).toHaveLength(want.length);
    interpret(results, values).forEach((got, i) => {
      expectClose(got.data, want[i], { rtol: 1e-12, atol: 1e-12, what: op });
    });
  });

  it('has a literal and a random case for every row', () => {
    const tested = new Set([...literals.map(([op]) => op), 'param', 'pick']);
    for (const name of opTable.keys()) {
      expect(tested, name).toContain(name);
      expect([...opCases.keys()], name).toContain(name);
    }
  });

  const small = (seed: number) => {
    const r = random(seed);
    return [r, () => r.pick([1, 2, 3, 5])] as const;
  };
  const hasGradient = (name: string) =>
    opRow(name).vjp !== undefined || ['param', 'const', 'iota', 'pick'].includes(name);
  const differentiable = [...opCases.keys()].filter(
    (n) => hasGradient(n) && n !== 'pick' && n !== 'stop_gradient',
  );

  it.each(differentiable)('%s has the gradient that central differences give', (name) => {
    for (let seed = 1; seed <= 4; seed++) gradcheck(opCases.get(name)!(...small(seed)));
  });

  const composites = [
    'silu',
    'softcap',
    'swiglu',
    'gelu',
    'softmax',
    'rmsnorm',
    'layernorm',
    'rope',
    'matmul',
    'conv',
    'erf',
  ];
  const twice = differentiable.filter(
    (n) => ['elementwise', 'reduce', 'movement'].includes(opRow(n).kind) || composites.includes(n),
  );

  it.each(twice)('%s has the second derivative that central differences of the first give', (name) => {
    for (let seed = 1; seed <= 2; seed++) gradcheck(gradientCase(opCases.get(name)!(...small(seed))));
  });

  it.each([...opTable.values()].filter((row) => row.ref && row.decompose).map((row) => row.name))(
    '%s equals its decomposition',
    (name) => {
      // The series that every backend can compute is as close as float32 needs, no closer.
      const atol = name === 'erf' ? 1.5e-7 : 1e-12;
      for (let seed = 1; seed <= 6; seed++) {
        const b = new GraphBuilder();
        const { params, outputs } = buildCase(b, opCases.get(name)!(...small(seed)));
        const direct = interpret(outputs, params);
        interpret(outputs, params, { decomposeAll: true }).forEach((got, i) => {
          expectClose(got.data, direct[i].data, { rtol: 1e-12, atol });
        });
      }
    },
  );

  it('stops gradients where asked', () => {
    const example = opCases.get('stop_gradient')!(...small(1));
    expect(() => gradcheck(example)).toThrow(/d x0/);
  });

  it('estimates a cost for every composite', () => {
    for (const [name, make] of opCases) {
      if (opRow(name).kind !== 'composite' || !opRow(name).cost) continue;
      const b = new GraphBuilder();
      const { outputs } = buildCase(b, make(...small(2)));
      const node = outputs[0].op === 'pick' ? outputs[0].inputs[0] : outputs[0];
      const cost = opRow(node.op).cost!(
        node.inputs.map((n) => n.types[0]),
        node.types,
        node.attrs,
      );
      expect(cost.flops, name).toBeGreaterThan(0);
      expect(cost.bytes, name).toBeGreaterThan(0);
    }
  });
});
