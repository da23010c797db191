// Times on a GPU: products, attention, kernels over rows against the copy bandwidth, and whole training steps.
// A figure is the median over runs of the driver's own event times.

import { GraphBuilder } from '../../core/builder.ts';
import { vectorJacobian } from '../../core/grad.ts';
import type { Node } from '../../core/graph.ts';
import { trainingFlopsPerToken } from '../../models/families.ts';
import { HYPER, hyperValues } from '../../nn/optim.ts';
import type { CudaDevice, CudaProgram } from '../../runtime/cuda/cuda.ts';
import { CUBLAS } from '../../runtime/cuda/program-text.ts';
import { type ReferenceModel, traceOf } from './reference.ts';

export interface Speed {
  readonly group: 'gemm' | 'attention' | 'rows' | 'train';
  readonly case: string;
  readonly unit: string;
  readonly value: number;
  readonly milliseconds: number;
  readonly note?: string;
  /** Sum of squares of what was computed (the loss, for training), to hold against another program's. */
  readonly check: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Dense bfloat16 peak with float32 sums, FLOP/s, from the vendor's data sheets; undefined for cards not listed. */
export function peakOf(name: string): number | undefined {
  const table: readonly (readonly [RegExp, number])[] = [
    [/H100 PCIe/, 756e12],
    [/H100|H200|GH200/, 989e12],
    [/A100/, 312e12],
    [/L40S/, 362e12],
    [/4090/, 165e12],
    [/3090/, 71e12],
  ];
  return table.find(([pattern]) => pattern.test(name))?.[1];
}

const RUNS = 15;

/** Median milliseconds of the launches that `counts` picks, added up for each run. */
function timeOf(executable: CudaProgram, counts: (symbol: string) => boolean): number {
  executable.run();
  const times = Array.from({ length: RUNS }, () =>
    executable
      .profile()
      .filter((l) => counts(l.symbol))
      .reduce((sum, l) => sum + l.milliseconds, 0),
  );
  return median(times.slice(3));
}

/** Compiles, times and gives back. The outputs are summed up, so that what is timed keeps its own storage. */
function timed(
  device: CudaDevice,
  build: (b: GraphBuilder) => readonly Node[],
  counts: (symbol: string) => boolean,
): { milliseconds: number; check: number } {
  const b = new GraphBuilder();
  const outputs = new Map(build(b).map((node, i) => [`out${i}`, b.sum(b.mul(node, node))] as const));
  const executable = device.compile({ builder: b, outputs });
  try {
    for (const [name, node] of executable.program.params) {
      const count = node.shape.reduce((n, d) => n * d, 1);
      if (node.dtype === 'f32')
        executable.write(
          name,
          Float32Array.from({ length: count }, (_, i) => Math.sin(i) / 8),
        );
      else
        executable.write(
          name,
          Int32Array.from({ length: count }, (_, i) => (i * 7919) % 1000),
        );
    }
    const milliseconds = timeOf(executable, counts);
    const check = [...outputs.keys()].reduce((sum, name) => sum + executable.read(name)[0], 0);
    return { milliseconds, check };
  } finally {
    executable.dispose();
  }
}

export function gemmSpeed(device: CudaDevice, sizes: readonly number[]): Speed[] {
  const by = device.cublasLt ? 'cuBLASLt' : 'own';
  return sizes.map((n) => {
    const { milliseconds, check } = timed(
      device,
      (b) => [b.matmul(b.param('a', [n, n]), b.param('b', [n, n]), { tb: true })],
      (symbol) => symbol === CUBLAS || symbol.startsWith('matmul'),
    );
    const value = (2 * n ** 3) / milliseconds / 1e9;
    return {
      group: 'gemm',
      case: `bf16 ${n} x ${n} x ${n}, ${by}`,
      unit: 'TFLOP/s',
      value,
      milliseconds,
      check,
    };
  });
}

/** One causal attention over 16384 tokens of width 2048. */
export function attentionCase(device: CudaDevice, d: number, t: number, backward: boolean): Speed {
  const [heads, batch] = [2048 / d, Math.max(1, 16384 / t)];
  const build = (b: GraphBuilder) => {
    const [q, k, v] = ['q', 'k', 'v'].map((name) => b.param(name, [batch, t, heads, d]));
    const o = b.pick(b.apply('attention', [q, k, v], { causal: true, scale: 1 / Math.sqrt(d) }), 0);
    return backward ? vectorJacobian(b, [o], [b.param('g', o.shape)], [q, k, v]) : [o];
  };
  const { milliseconds, check } = timed(device, build, (symbol) =>
    backward ? /^attention_(bwd|delta)/.test(symbol) : /^attention__/.test(symbol),
  );
  // The usual count: 4 T^2 D a head forward, 2.5 times that backward, half of both when causal.
  const flops = (backward ? 2.5 : 1) * 2 * batch * heads * t * t * d;
  const name = `${backward ? 'backward' : 'forward'} T ${t}, heads of ${d}, causal`;
  const value = flops / milliseconds / 1e9;
  return { group: 'attention', case: name, unit: 'TFLOP/s', value, milliseconds, check };
}

export const attentionSpeed = (device: CudaDevice, lengths: readonly number[]): Speed[] =>
  [64, 128].flatMap((d) =>
    lengths.flatMap((t) => [false, true].map((backward) => attentionCase(device, d, t, backward))),
  );

interface RowCase {
  readonly name: string;
  readonly build: (b: GraphBuilder) => readonly Node[];
  readonly counts: (symbol: string) => boolean;
  /** Bytes that must cross memory. */
  readonly bytes: number;
}

const ROWS = 16384;
const WIDTH = 4096;
/** The first generated kernel is the one in question; those after it add up squares for the check. */
const generated = (symbol: string) => symbol === 'k0';

/** x is the result of a product, so that it is kept in bfloat16 as activations are. */
function activation(b: GraphBuilder): Node {
  return b.matmul(b.param('a', [ROWS, 8]), b.param('b', [8, WIDTH]));
}

const rowCases: readonly RowCase[] = [
  {
    name: 'rmsnorm of bf16 rows of 4096',
    build: (b) => [
      b.matmul(
        b.apply('rmsnorm', [activation(b), b.param('w', [WIDTH])], { eps: 1e-5 }),
        b.param('c', [WIDTH, 8]),
      ),
    ],
    ...{ counts: generated, bytes: 4 * ROWS * WIDTH },
  },
  {
    name: 'softmax of bf16 rows of 4096',
    build: (b) => [b.matmul(b.apply('softmax', [activation(b)]), b.param('c', [WIDTH, 8]))],
    ...{ counts: generated, bytes: 4 * ROWS * WIDTH },
  },
  {
    name: 'silu of bf16, a map',
    build: (b) => [b.matmul(b.apply('silu', [activation(b)]), b.param('c', [WIDTH, 8]))],
    ...{ counts: generated, bytes: 4 * ROWS * WIDTH },
  },
  {
    name: 'cross-entropy of bf16 logits, 16384 x 4096',
    build: (b) => [b.pick(b.apply('cross_entropy', [activation(b), b.param('targets', [ROWS], 'i32')]), 0)],
    ...{ counts: (s) => s.startsWith('cross_entropy__'), bytes: 2 * ROWS * WIDTH },
  },
];

/** The bandwidth of a copy, both ways, in GB/s: the roof of everything that only moves memory. */
export function copyBandwidth(device: CudaDevice): number {
  const n = 1 << 27;
  const b = new GraphBuilder();
  const executable = device.compile({
    builder: b,
    outputs: new Map([['y', b.add(b.slice(b.param('x', [n]), [0], [1]), 1)]]),
    updates: new Map([['x', b.param('z', [n])]]),
  });
  const milliseconds = timeOf(executable, (symbol) => symbol.startsWith('copy__'));
  executable.dispose();
  return (8 * n) / milliseconds / 1e6;
}

export const rowCaseNames: readonly string[] = rowCases.map((c) => c.name);

export function rowSpeed(device: CudaDevice, roof: number, name: string): Speed {
  const { build, counts, bytes } = rowCases.find((c) => c.name === name)!;
  const { milliseconds, check } = timed(device, build, counts);
  const value = bytes / milliseconds / 1e6;
  const note = `${((100 * value) / roof).toFixed(0)} % of the copy's ${roof.toFixed(0)} GB/s`;
  return { group: 'rows', case: name, unit: 'GB/s', value, milliseconds, note, check };
}

/** AdamW over 124 M parameters, the multi-tensor kernel. */
export function optimiserSpeed(device: CudaDevice, roof: number): Speed {
  const b = new GraphBuilder();
  const shape = [12288, 10240];
  const names = ['p', 'g', 'm', 'v'];
  const [p, g, m, v] = names.map((name) => b.param(name, shape));
  // The product reads the copy of p, and the step comes after it, as in training.
  const product = b.sum(b.matmul(b.param('x', [8, shape[0]]), p));
  const step = b.apply('adamw', [b.param('hyper', [3]), b.reshape(product, [1]), p, g, m, v], {
    ...{ beta1: 0.9, beta2: 0.95, eps: 1e-8, decay: [0.1] },
  });
  const updates = new Map([...'pmv'].map((name, i) => [name, b.pick(step, i)] as const));
  const executable = device.compile({ builder: b, outputs: new Map([['y', product]]), updates });
  const milliseconds = timeOf(executable, (symbol) => symbol === 'adamw');
  executable.dispose();
  const value = (30 * shape[0] * shape[1]) / milliseconds / 1e6;
  const note = `${((100 * value) / roof).toFixed(0)} % of the copy's bandwidth`;
  return {
    group: 'rows',
    case: 'AdamW of 126 M parameters',
    unit: 'GB/s',
    value,
    milliseconds,
    note,
    check: 0,
  };
}

/** A training step with plausible weights. Drawing a billion normals would take longer than all measurements. */
function loadModel(device: CudaDevice, model: ReferenceModel): CudaProgram {
  const executable = device.compile(traceOf(model));
  const pattern = Float32Array.from({ length: 1 << 16 }, (_, i) => 0.03 * Math.sin(i * 1.7 + Math.sin(i)));
  for (const [name, node] of executable.program.params) {
    const count = node.shape.reduce((n, d) => n * d, 1);
    if (node.dtype !== 'f32') {
      const tokens = Int32Array.from({ length: count }, (_, i) => (i * 7919) % model.config.vocabSize);
      executable.write(name, tokens);
    } else if (name === HYPER) {
      executable.write(name, hyperValues(1e-4, 10, { learningRate: 1e-4 }));
    } else if (!name.includes('#') && !executable.program.tables.has(name)) {
      const values = new Float32Array(count);
      if (node.shape.length === 1) values.fill(name.endsWith('bias') ? 0 : 1);
      else
        for (let i = 0; i < count; i += pattern.length)
          values.set(pattern.subarray(0, Math.min(pattern.length, count - i)), i);
      executable.write(name, values);
    }
  }
  return executable;
}

/** Tokens per second of whole steps, the share of the card's peak, and the host's share of a step. */
export function trainSpeed(device: CudaDevice, model: ReferenceModel, steps = 12): Speed[] {
  const { config, batchSize, sequenceLength } = model;
  try {
    const program = loadModel(device, model);
    const hyper = hyperValues(1e-4, 10, { learningRate: 1e-4 });
    let first = 0;
    const times: number[] = [];
    const host: number[] = [];
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      program.write(HYPER, hyper);
      program.start();
      host.push(performance.now() - start);
      program.finish();
      times.push(performance.now() - start);
      if (step === 0) first = program.read('loss')[0];
    }
    const [loss] = program.read('loss');
    if (!Number.isFinite(loss)) throw new Error(`${model.name}: the loss is ${loss} after ${steps} steps`);
    const milliseconds = median(times.slice(3));
    const perSecond = (batchSize * sequenceLength * 1000) / milliseconds;
    const peak = peakOf(device.info.name);
    const flops = trainingFlopsPerToken(config, sequenceLength) * perSecond;
    const mfu = peak === undefined ? 'no peak known' : `MFU ${((100 * flops) / peak).toFixed(1)} %`;
    const share = `host ${((100 * median(host.slice(3))) / milliseconds).toFixed(2)} % of a step`;
    const note = `${mfu}, ${share}, ${(program.arenaBytes / 2 ** 30).toFixed(1)} GiB, loss ${loss.toFixed(3)}`;
    return [
      {
        group: 'train',
        case: model.name,
        unit: 'tokens/s',
        value: perSecond,
        milliseconds,
        note,
        check: first,
      },
    ];
  } finally {
    device.dispose();
  }
}

export interface KernelTime {
  readonly symbol: string;
  readonly milliseconds: number;
  readonly launches: number;
}

/** Kernels of one step by the time they take. */
export function stepProfile(device: CudaDevice, model: ReferenceModel): KernelTime[] {
  try {
    const program = loadModel(device, model);
    program.run();
    const by = new Map<string, { milliseconds: number; launches: number }>();
    for (const { symbol, milliseconds } of program.profile()) {
      const row = by.get(symbol) ?? { milliseconds: 0, launches: 0 };
      by.set(symbol, { milliseconds: row.milliseconds + milliseconds, launches: row.launches + 1 });
    }
    const rows = [...by].map(([symbol, row]) => ({ symbol, ...row }));
    return rows.sort((a, b) => b.milliseconds - a.milliseconds);
  } finally {
    device.dispose();
  }
}
