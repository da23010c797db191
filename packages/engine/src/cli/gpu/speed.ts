// Times on a GPU: products, attention, kernels over rows against the copy bandwidth, and whole training steps.
// A figure is the median over runs of the driver's own event times.

import { GraphBuilder } from '../../core/builder.ts';
import { vectorJacobian } from '../../core/grad.ts';
import type { Node } from '../../core/graph.ts';
import { trainingFlopsPerToken } from '../../models/families.ts';
import type { CudaDevice, CudaExecutable } from '../../runtime/cuda/cuda.ts';
import { CUBLAS } from '../../runtime/cuda/program-text.ts';
import { createTrainer } from '../../train/trainer.ts';
import type { ReferenceModel } from './reference.ts';

export interface Speed {
  readonly group: 'gemm' | 'attention' | 'rows' | 'train';
  readonly case: string;
  readonly unit: string;
  readonly value: number;
  readonly milliseconds: number;
  readonly note?: string;
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
function timeOf(executable: CudaExecutable, counts: (symbol: string) => boolean): number {
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
): number {
  const b = new GraphBuilder();
  const outputs = new Map(build(b).map((node, i) => [`out${i}`, b.sum(node)] as const));
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
    return timeOf(executable, counts);
  } finally {
    executable.dispose();
  }
}

export function gemmSpeed(device: CudaDevice, sizes: readonly number[]): Speed[] {
  const by = device.cublasLt ? 'cuBLASLt' : 'own';
  return sizes.map((n) => {
    const milliseconds = timed(
      device,
      (b) => [b.matmul(b.param('a', [n, n]), b.param('b', [n, n]), { tb: true })],
      (symbol) => symbol === CUBLAS || symbol.startsWith('matmul'),
    );
    const value = (2 * n ** 3) / milliseconds / 1e9;
    return { group: 'gemm', case: `bf16 ${n} x ${n} x ${n}, ${by}`, unit: 'TFLOP/s', value, milliseconds };
  });
}

export function attentionSpeed(device: CudaDevice, lengths: readonly number[]): Speed[] {
  const out: Speed[] = [];
  for (const d of [64, 128]) {
    for (const t of lengths) {
      const [heads, batch] = [2048 / d, Math.max(1, 16384 / t)];
      const build = (backward: boolean) => (b: GraphBuilder) => {
        const [q, k, v] = ['q', 'k', 'v'].map((name) => b.param(name, [batch, t, heads, d]));
        const o = b.pick(b.apply('attention', [q, k, v], { causal: true, scale: 1 / Math.sqrt(d) }), 0);
        return backward ? vectorJacobian(b, [o], [b.param('g', o.shape)], [q, k, v]) : [o];
      };
      for (const backward of [false, true]) {
        const milliseconds = timed(device, build(backward), (symbol) =>
          backward ? /^attention_(bwd|delta)/.test(symbol) : /^attention__/.test(symbol),
        );
        // The usual count: 4 T^2 D a head forward, 2.5 times that backward, half of both when causal.
        const flops = (backward ? 2.5 : 1) * 2 * batch * heads * t * t * d;
        const name = `${backward ? 'backward' : 'forward'} T ${t}, heads of ${d}, causal`;
        out.push({
          group: 'attention',
          case: name,
          unit: 'TFLOP/s',
          value: flops / milliseconds / 1e9,
          milliseconds,
        });
      }
    }
  }
  return out;
}

interface RowCase {
  readonly name: string;
  readonly build: (b: GraphBuilder) => readonly Node[];
  readonly counts: (symbol: string) => boolean;
  /** Bytes that must cross memory. */
  readonly bytes: number;
}

const ROWS = 16384;
const WIDTH = 4096;
const generated = (symbol: string) => /^k\d+$/.test(symbol);

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

export function rowSpeed(device: CudaDevice, roof: number): Speed[] {
  return rowCases.map(({ name, build, counts, bytes }) => {
    const milliseconds = timed(device, (b) => build(b), counts);
    const value = bytes / milliseconds / 1e6;
    const note = `${((100 * value) / roof).toFixed(0)} % of the copy's ${roof.toFixed(0)} GB/s`;
    return { group: 'rows', case: name, unit: 'GB/s', value, milliseconds, note };
  });
}

/** AdamW over 124 M parameters, the multi-tensor kernel. */
export function optimiserSpeed(device: CudaDevice, roof: number): Speed {
  const b = new GraphBuilder();
  const shape = [12288, 10240];
  const names = ['p', 'g', 'm', 'v'];
  const [p, g, m, v] = names.map((name) => b.param(name, shape));
  const step = b.apply('adamw', [b.param('hyper', [3]), b.full([1], 1), p, g, m, v], {
    ...{ beta1: 0.9, beta2: 0.95, eps: 1e-8, decay: [0.1] },
  });
  const product = b.sum(b.matmul(b.param('x', [8, shape[0]]), p));
  const updates = new Map([...'pmv'].map((name, i) => [name, b.pick(step, i)] as const));
  const executable = device.compile({ builder: b, outputs: new Map([['y', product]]), updates });
  const milliseconds = timeOf(executable, (symbol) => symbol === 'adamw');
  executable.dispose();
  const value = (30 * shape[0] * shape[1]) / milliseconds / 1e6;
  const note = `${((100 * value) / roof).toFixed(0)} % of the copy's bandwidth`;
  return { group: 'rows', case: 'AdamW of 126 M parameters', unit: 'GB/s', value, milliseconds, note };
}

/** Tokens per second of whole steps, the share of the card's peak, and the host's share of a step. */
export function trainSpeed(device: CudaDevice, model: ReferenceModel, steps = 12): Speed[] {
  const { config, batchSize, sequenceLength } = model;
  const trainer = createTrainer({
    ...{ config, batchSize, sequenceLength, seed: 1, device },
    optimizer: { learningRate: 1e-4 },
    schedule: { warmupSteps: 10, totalSteps: 1000 },
  });
  try {
    const tokens = Int32Array.from(
      { length: batchSize * (sequenceLength + 1) },
      (_, i) => (i * 7919) % config.vocabSize,
    );
    const times: number[] = [];
    let last = 0;
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      last = trainer.step(tokens).loss;
      times.push(performance.now() - start);
    }
    if (!Number.isFinite(last)) throw new Error(`${model.name}: the loss is ${last} after ${steps} steps`);
    const milliseconds = median(times.slice(3));
    const onDevice = trainer.profile(tokens).reduce((sum, l) => sum + l.milliseconds, 0);
    const perSecond = (batchSize * sequenceLength * 1000) / milliseconds;
    const peak = peakOf(device.info.name);
    const flops = trainingFlopsPerToken(config, sequenceLength) * perSecond;
    const mfu = peak === undefined ? 'no peak known' : `MFU ${((100 * flops) / peak).toFixed(1)} %`;
    const host = `host and copies ${Math.max(0, 100 * (1 - onDevice / milliseconds)).toFixed(1)} % of a step`;
    const note = `${mfu}, ${host}, ${(trainer.arenaBytes / 2 ** 30).toFixed(1)} GiB, loss ${last.toFixed(3)}`;
    return [{ group: 'train', case: model.name, unit: 'tokens/s', value: perSecond, milliseconds, note }];
  } finally {
    trainer.dispose();
  }
}

/** Kernels of one step by the time they take, for the report. */
export function stepProfile(
  device: CudaDevice,
  model: ReferenceModel,
): { symbol: string; milliseconds: number; launches: number }[] {
  const { config, batchSize, sequenceLength } = model;
  const trainer = createTrainer({
    ...{ config, batchSize, sequenceLength, seed: 1, device },
    optimizer: { learningRate: 1e-4 },
    schedule: { warmupSteps: 10, totalSteps: 1000 },
  });
  const tokens = new Int32Array(batchSize * (sequenceLength + 1)).fill(1);
  trainer.step(tokens);
  const by = new Map<string, { milliseconds: number; launches: number }>();
  for (const { symbol, milliseconds } of trainer.profile(tokens)) {
    const row = by.get(symbol) ?? { milliseconds: 0, launches: 0 };
    by.set(symbol, { milliseconds: row.milliseconds + milliseconds, launches: row.launches + 1 });
  }
  trainer.dispose();
  return [...by].map(([symbol, row]) => ({ symbol, ...row })).sort((a, b) => b.milliseconds - a.milliseconds);
}
