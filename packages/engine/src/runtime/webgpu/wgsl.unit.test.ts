// Every kernel that WGSL templates and the printer make is accepted by Dawn's compiler for a device that has
// everything (half precision and subgroups too) and for one that has nothing. Dawn's null backend compiles and runs
// nothing, so this is quick and needs no driver.

import { beforeAll, describe, expect, it } from 'vitest';
import { create } from 'webgpu';
import { GraphBuilder } from '../../core/builder.ts';
import type { Node } from '../../core/graph.ts';
import { bindSlots } from '../../print/dialects/wgsl.ts';
import { compileProgram } from '../../schedule/program.ts';
import { cachedEpilogues } from '../../testing/attention-epilogues.ts';
import { buildCase, opCases } from '../../testing/cases.ts';
import { epilogues } from '../../testing/epilogues.ts';
import { random } from '../../testing/random.ts';
import { traceTrainingStep } from '../../train/training-step.ts';
import { webGpuTarget } from './device.ts';

let instance: GPU;
let device: GPUDevice;
beforeAll(async () => {
  instance = create(['backend=null']);
  const adapter = (await instance.requestAdapter())!;
  device = await adapter.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups'] });
});

/** Messages about the kernels of a program; empty when all of them compile. */
async function complaints(kernels: ReadonlyMap<string, string>): Promise<string[]> {
  const out: string[] = [];
  for (const text of kernels.values()) {
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code: bindSlots(text, new Array<number>(64).fill(0)) });
    const { messages } = await module.getCompilationInfo();
    out.push(...messages.map((m) => `${m.type}: ${m.message}`));
    await device.popErrorScope();
  }
  return out;
}

const small = { slabBytes: 2 ** 27, workgroupBytes: 16384 };
const devices = [
  ['with nothing optional', webGpuTarget({ ...small, subgroupSize: 1, f16: false })],
  ['with subgroups', webGpuTarget({ ...small, subgroupSize: 4, f16: false })],
  [
    'with everything, tiles in half precision',
    webGpuTarget(
      { slabBytes: 2 ** 30, workgroupBytes: 49152, subgroupSize: 32, f16: true },
      { halfTiles: true },
    ),
  ],
  ['in software', webGpuTarget({ ...small, subgroupSize: 4, f16: false }, { simple: true })],
] as const;

describe.each(devices)('a device %s', (_title, target) => {
  it('is given kernels of every op that compile', async () => {
    const b = new GraphBuilder();
    const outputs: Node[] = [];
    for (const [name, make] of opCases) {
      for (const seed of [1, 2, 3, 4]) {
        const r = random(seed * 1000 + name.length);
        outputs.push(
          ...buildCase(b, make(r, r.size), `${name}${seed}.`).outputs.filter((n) => n.op !== 'param'),
        );
      }
    }
    const named = new Map(outputs.map((node, i) => [`out${i}`, node]));
    expect(await complaints(compileProgram({ builder: b, outputs: named }, target).kernels)).toEqual([]);
  });

  it('is given products of every shape and transposition, and attention of every head, that compile', async () => {
    const b = new GraphBuilder();
    const outputs: Node[] = [];
    for (const [m, n, k] of [
      [3, 70, 65],
      [2, 44, 132],
      [20, 12, 1040],
      [2048, 2048, 64],
    ]) {
      for (const variant of [0, 1, 2, 3]) {
        const [ta, tb] = [(variant & 1) === 1, variant > 1];
        const name = `${m}${variant}`;
        const x = b.param(`a${name}`, ta ? [k, m] : [m, k]);
        const y = b.param(`b${name}`, tb ? [n, k] : [k, n]);
        const z = b.param(`c${name}`, [m, n]);
        outputs.push(b.matmul(x, y, { ta, tb }), b.apply('matmul', [x, y, z], { ta, tb }));
        outputs.push(...epilogues(b, (factor) => b.matmul(b.mul(x, -factor), y, { ta, tb }), z));
      }
    }
    for (const size of [4, 6, 64, 80, 128]) {
      const tensor = (name: string, heads: number) => b.param(`${name}${size}`, [1, 40, heads, size]);
      const [q, k, v, g] = [tensor('q', 4), tensor('k', 2), tensor('v', 2), tensor('g', 4)];
      const forward = b.apply('attention', [q, k, v], { causal: true, scale: 1 });
      const saved = [b.pick(forward, 0), b.pick(forward, 1)];
      const back = b.apply('attention_bwd', [q, k, v, ...saved, g], { causal: true, scale: 1 });
      outputs.push(saved[0], b.mul(b.tanh(saved[0]), g), ...[0, 1, 2].map((i) => b.pick(back, i)));
    }
    const sizes = { keys: 40, heads: 4, sharedHeads: 2, size: 12 };
    outputs.push(...cachedEpilogues(b, (name, shape) => b.param(name, shape), sizes));
    const named = new Map(outputs.map((node, i) => [`out${i}`, node]));
    expect(await complaints(compileProgram({ builder: b, outputs: named }, target).kernels)).toEqual([]);
  });

  it('is given a training step whose kernels compile, and shares them between layers', async () => {
    const config = {
      ...{ vocabSize: 4096, hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2 },
      ...{ intermediateSize: 512, maxPositions: 128, tieEmbeddings: false },
    };
    const options = { config, batchSize: 2, sequenceLength: 128, optimizer: { learningRate: 1e-3 } };
    const { kernels, launches } = compileProgram(traceTrainingStep(options), target);
    expect(await complaints(kernels)).toEqual([]);
    expect(kernels.size).toBeLessThan(launches.length / 2);
  });
});
