// The suite that CI runs on the shim, on a real GPU: every op, every tensor-core case, goldens, equal bits.

import { GraphBuilder } from '../../core/builder.ts';
import type { Node } from '../../core/graph.ts';
import type { NdArray } from '../../core/ndarray.ts';
import type { CudaDevice, CudaOptions } from '../../runtime/cuda/cuda.ts';
import { type Nccl, openNccl } from '../../runtime/cuda/nccl.ts';
import type { Precision } from '../../runtime/cuda/program-text.ts';
import { DeviceUnavailable } from '../../runtime/device.ts';
import { buildCase, opCases } from '../../testing/cases.ts';
import { float32Tolerance } from '../../testing/close.ts';
import { compareWithInterpreter } from '../../testing/compare.ts';
import { cudaCases } from '../../testing/cuda-shim/cases.ts';
import { fuzzGraph } from '../../testing/fuzz.ts';
import type { ModelGolden } from '../../testing/golden.ts';
import { random } from '../../testing/random.ts';
import { createTrainer, type Trainer } from '../../train/trainer.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** What differed, in one line. */
  readonly problem?: string;
}

export type OpenDevice = (
  precision: Precision,
  cublasLt?: boolean,
  group?: CudaOptions['group'],
) => CudaDevice;

function check(name: string, body: () => void): Check {
  const start = performance.now();
  try {
    body();
    return { name, ok: true, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { name, ok: false, seconds: (performance.now() - start) / 1000, problem };
  }
}

function using(device: CudaDevice, body: (device: CudaDevice) => void): void {
  try {
    body(device);
  } finally {
    device.dispose();
  }
}

function everyOp(device: CudaDevice): void {
  const b = new GraphBuilder();
  const params = new Map<string, NdArray>();
  const outputs: Node[] = [];
  const add = (built: { params: ReadonlyMap<string, NdArray>; outputs: readonly Node[] }) => {
    for (const [key, value] of built.params) params.set(key, value);
    outputs.push(...built.outputs.filter((n) => n.op !== 'param'));
  };
  for (const [name, make] of opCases) {
    for (const seed of [1, 2, 3]) {
      const r = random(seed * 1000 + name.length);
      add(buildCase(b, make(r, r.size), `${name}${seed}.`));
    }
  }
  compareWithInterpreter(device, b, outputs, params, float32Tolerance(32));
}

function randomGraphs(device: CudaDevice): void {
  const b = new GraphBuilder();
  const params = new Map<string, NdArray>();
  const outputs: Node[] = [];
  for (let seed = 100; seed < 140; seed++) {
    const graph = fuzzGraph(b, seed, `s${seed}.`);
    for (const [name, value] of graph.params) params.set(name, value);
    outputs.push(...graph.outputs.filter((n) => n.op !== 'param'));
  }
  compareWithInterpreter(device, b, outputs, params, { rtol: 5e-4, atol: 5e-4 });
}

/** `accumulation`: sequence by sequence, instead of all of a step at once. */
const trainerOf = (golden: ModelGolden, device: CudaDevice, isAccumulating = false): Trainer => {
  const [, sequences, width] = golden.tokens.shape;
  const { config, schedule, optimizer } = golden;
  const [batchSize, accumulation] = isAccumulating ? [1, sequences] : [sequences, 1];
  const trainer = createTrainer({
    ...{ config, schedule, optimizer, device, batchSize, accumulation, sequenceLength: width - 1, seed: 1 },
  });
  const tensors = new Map([...trainer.state().tensors, ...golden.parameters]);
  trainer.restore({ step: 0, tensors });
  return trainer;
};

/** Twenty steps of torch's AdamW, within a relative `limit` of every loss. */
function follows(golden: ModelGolden, device: CudaDevice, limit: number, isAccumulating = false): void {
  const trainer = trainerOf(golden, device, isAccumulating);
  const size = golden.tokens.shape[1] * golden.tokens.shape[2];
  golden.losses.forEach((want, step) => {
    const { loss } = trainer.step(golden.tokens.data.slice(step * size, (step + 1) * size));
    const off = Math.abs(loss / want - 1);
    if (!(off < limit)) throw new Error(`step ${step + 1}: loss ${loss}, torch has ${want}`);
  });
}

function sameBits(golden: ModelGolden, opens: readonly (() => CudaDevice)[], isAccumulating = false): void {
  const size = golden.tokens.shape[1] * golden.tokens.shape[2];
  const runs = opens.map((open) => {
    const device = open();
    const trainer = trainerOf(golden, device, isAccumulating);
    for (let step = 0; step < 5; step++)
      trainer.step(golden.tokens.data.slice(step * size, (step + 1) * size));
    const tensors = [...trainer.state().tensors.values()].map((x) =>
      Buffer.from(x.data.buffer).toString('base64'),
    );
    device.dispose();
    return tensors.join();
  });
  if (runs[0] !== runs[1]) throw new Error('two runs of five steps ended with different bits');
}

function ncclHere(libraries: readonly string[] | undefined): Nccl | undefined {
  try {
    return openNccl(libraries);
  } catch (error) {
    if (error instanceof DeviceUnavailable) return undefined;
    throw error;
  }
}

export function correctness(
  open: OpenDevice,
  goldens: ReadonlyMap<string, ModelGolden>,
  progress: (line: string) => void,
  libraries?: readonly string[],
): Check[] {
  const checks: Check[] = [];
  const add = (name: string, body: () => void) => {
    checks.push(check(name, body));
    const last = checks[checks.length - 1];
    progress(`${last.ok ? 'ok  ' : 'FAIL'} ${name}${last.problem ? `: ${last.problem}` : ''}`);
  };
  add('every op in float32', () => using(open('f32', false), everyOp));
  add('random graphs and their gradients in float32', () => using(open('f32', false), randomGraphs));
  for (const cublasLt of [false, true]) {
    const device = open('bf16', cublasLt);
    const by = device.cublasLt ? ' (cuBLASLt)' : '';
    if (cublasLt && !device.cublasLt) {
      device.dispose();
      continue;
    }
    for (const make of cudaCases) {
      const c = make();
      add(`${c.name}${by}`, () =>
        compareWithInterpreter(device, c.builder, c.outputs, c.params, c.tolerance),
      );
    }
    device.dispose();
  }
  for (const [name, golden] of goldens) {
    add(`20 steps of ${name} as torch, float32`, () => using(open('f32'), (d) => follows(golden, d, 1e-4)));
    add(`20 steps of ${name} near torch, bfloat16`, () =>
      using(open('bf16'), (d) => follows(golden, d, 0.03)),
    );
  }
  const [first] = goldens.values();
  if (!first) return checks;
  const plain = () => open('bf16');
  add('equal bits on two runs', () => sameBits(first, [plain, plain]));
  add('20 steps of accumulated batches near torch, bfloat16', () =>
    using(plain(), (d) => follows(first, d, 0.03, true)),
  );
  const nccl = ncclHere(libraries);
  if (!nccl) progress('NCCL is not here: training on several GPUs is not checked');
  else {
    const grouped = () => open('bf16', undefined, () => nccl.open(nccl.uniqueId(), 0, 1));
    add('NCCL with one GPU changes no bit', () => sameBits(first, [plain, grouped], true));
  }
  return checks;
}
