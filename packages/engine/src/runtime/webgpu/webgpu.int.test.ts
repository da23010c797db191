// The WGSL backend on a software adapter against the float64 interpreter: every op, every template against its
// decomposition, random graphs, memory in slabs, registers exchanged or not, and what breaks.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/builder.ts';
import type { Node } from '../../core/graph.ts';
import { type NdArray, tabulate } from '../../core/ndarray.ts';
import { attentionCase } from '../../testing/attention-case.ts';
import { cachedEpilogues } from '../../testing/attention-epilogues.ts';
import { buildCase, opCases } from '../../testing/cases.ts';
import { float32Tolerance } from '../../testing/close.ts';
import { compareAsync } from '../../testing/compare-async.ts';
import { convCase } from '../../testing/conv-case.ts';
import { fuzzGraph } from '../../testing/fuzz.ts';
import { losable } from '../../testing/losable-gpu.ts';
import { random } from '../../testing/random.ts';
import { useSwiftShader } from '../../testing/swiftshader.ts';
import { openWebGpu, type WebGpuDevice, type WebGpuOptions } from './device.ts';
import { dawn, openWebGpuInNode } from './node.ts';

/** Without and with exchanged registers, and with memory in parts that hold little more than one tensor. */
const kinds: readonly (readonly [string, WebGpuOptions])[] = [
  ['plain', { subgroups: false }],
  ['subgroups', {}],
  ['slabs', { slabBytes: 1 << 20 }],
  ['tiled', { simple: false }],
];
const devices = new Map<string, WebGpuDevice>();
beforeAll(async () => {
  await useSwiftShader();
  for (const [name, options] of kinds) devices.set(name, await openWebGpuInNode(options));
});
afterAll(() => {
  for (const device of devices.values()) device.dispose();
});

/** Sizes of operands are small here: every thread of a software adapter is simulated. */
const SIZES = [1, 2, 3, 5, 7, 16, 17];

function everyOp(seed: number, only: (op: string) => boolean) {
  const b = new GraphBuilder();
  const params = new Map<string, NdArray>();
  const outputs: Node[] = [];
  for (const [name, make] of opCases) {
    if (!only(name)) continue;
    const r = random(seed * 1000 + name.length);
    const built = buildCase(
      b,
      make(r, () => r.pick(SIZES)),
      `${name}${seed}.`,
    );
    for (const [key, value] of built.params) params.set(key, value);
    outputs.push(...built.outputs.filter((n) => n.op !== 'param'));
  }
  return { b, params, outputs };
}

const composites = [
  ...['matmul', 'conv', 'attention', 'attention_bwd', 'attention_decode', 'cache_update'],
  ...['cross_entropy', 'cross_entropy_bwd', 'global_norm', 'adamw'],
];

describe('programs in WGSL', () => {
  it('are tested on an adapter that says it is software, with what it offers and without', () => {
    expect(devices.get('subgroups')!.isSoftware).toBe(true);
    expect(devices.get('subgroups')!.features.subgroupSize).toBeGreaterThan(1);
    expect(devices.get('plain')!.features.subgroupSize).toBe(1);
  });

  it('compute every op as the interpreter does', async () => {
    const { b, params, outputs } = everyOp(2, () => true);
    await compareAsync(devices.get('subgroups')!, b, outputs, params, float32Tolerance(32));
  });

  it('compute every composite by its decomposition as the interpreter does', async () => {
    const { b, params, outputs } = everyOp(3, (op) => composites.includes(op));
    const options = { withoutTemplates: composites };
    await compareAsync(devices.get('plain')!, b, outputs, params, float32Tolerance(32), options);
  });

  it.each([1, 2])('compute random graphs and their gradients as the interpreter does (%i)', async (batch) => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const outputs: Node[] = [];
    for (let seed = batch * 10; seed < batch * 10 + 5; seed++) {
      const graph = fuzzGraph(b, seed, `s${seed}.`);
      for (const [name, value] of graph.params) params.set(name, value);
      outputs.push(...graph.outputs.filter((n) => n.op !== 'param'));
    }
    const kind = batch === 1 ? 'slabs' : 'subgroups';
    const options = batch === 1 ? { fuse: false, reuseMemory: false } : {};
    await compareAsync(devices.get(kind)!, b, outputs, params, { rtol: 5e-4, atol: 5e-4 }, options);
  });
});

describe('the kernels of real GPUs', () => {
  const r = random(5);

  function matmulCase(
    batch: number[],
    m: number,
    n: number,
    k: number,
    ta: boolean,
    tb: boolean,
    residual: boolean,
  ) {
    const b = new GraphBuilder();
    const shapes = [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n], ...(residual ? [[m, n]] : [])];
    const params = new Map<string, NdArray>();
    const inputs = shapes.map((shape, i) => {
      const whole = [...batch, ...shape];
      params.set(
        `x${i}`,
        tabulate(whole, 'f32', () => r.real(-1, 1)),
      );
      return b.param(`x${i}`, whole);
    });
    // A large tile takes a software adapter seconds to compile: it is tried in its longer form only.
    const outputs = batch.length > 0 ? [] : [b.apply('matmul', inputs, { ta, tb })];
    // With an epilogue: what is computed from the product, which others read too.
    const [x, ...others] = inputs;
    const other = b.apply('matmul', [b.neg(x), ...others], { ta, tb });
    const whole = [...batch, m, n];
    params.set(
      'z',
      tabulate(whole, 'f32', () => r.real(-1, 1)),
    );
    const z = b.param('z', whole);
    const column = b.slice(
      z,
      whole.map(() => 0),
      [...whole.slice(0, -1), 1],
    );
    outputs.push(other, b.mul(b.add(b.tanh(other), column), z));
    return compareAsync(devices.get('tiled')!, b, outputs, params, float32Tolerance(k));
  }

  // All transpositions and edges: webgpu.slow.test.ts.
  it.each([
    ['in fours, past the edge of a tile', [], 68, 72, 36, false, true, true],
    ['not in fours, cut along k', [], 5, 7, 1030, true, false, true],
    ['of a few rows', [], 2, 44, 132, false, true, false],
    ['that fill the device (large tile)', [32], 132, 132, 20, false, false, false],
  ] as const)('multiply matrices %s', async (_title, batch, m, n, k, ta, tb, residual) => {
    await matmulCase([...batch], m, n, k, ta, tb, residual);
  });

  it('convolve, and their gradients are right: borders, several tiles', async () => {
    const { builder, outputs, params, tolerance } = convCase('lines cut at both borders', false);
    await compareAsync(devices.get('tiled')!, builder, outputs, params, tolerance);
  });

  it('attend, and their gradient is right: causal, grouped heads, several blocks', async () => {
    await attentionCase(devices.get('tiled')!, [37, 45, 4, 2, 8, true]);
  });

  it('attend to a cache, with what follows it', async () => {
    const [b, params] = [new GraphBuilder(), new Map<string, NdArray>()];
    const make = (name: string, shape: number[]) => {
      params.set(
        name,
        tabulate(shape, 'f32', () => r.real(-1, 1)),
      );
      return b.param(name, shape);
    };
    const outputs = cachedEpilogues(b, make, { keys: 9, heads: 4, sharedHeads: 2, size: 6 });
    await compareAsync(devices.get('subgroups')!, b, outputs, params, float32Tolerance(9));
  });
});

describe('long reductions', () => {
  it('are right along rows, columns and over everything', async () => {
    const b = new GraphBuilder();
    const x = b.param('x', [640, 96]);
    const values = tabulate([640, 96], 'f32', ([i, j]) => Math.sin(i * 0.37 + j));
    const outputs = [b.sum(x, [0]), b.sum(x, [1]), b.sum(x), b.reduceMax(x, [0]), b.mean(b.exp(x))];
    for (const kind of ['plain', 'subgroups']) {
      await compareAsync(devices.get(kind)!, b, outputs, new Map([['x', values]]), float32Tolerance(640));
    }
  });

  it('have the same bits whether registers are exchanged or shared memory is used', async () => {
    const b = new GraphBuilder();
    const x = b.param('x', [9, 500]);
    const outputs = new Map([
      ['sum', b.sum(x, [1])],
      ['softmax', b.apply('softmax', [x])],
    ]);
    const values = Float32Array.from({ length: 4500 }, (_, i) => Math.sin(i * 0.7) * 3);
    const results = await Promise.all(
      ['plain', 'subgroups'].map(async (kind) => {
        const program = await devices.get(kind)!.compile({ builder: b, outputs });
        program.write('x', values);
        const [sum] = await program.runAndRead(['sum']);
        program.dispose();
        return [...sum];
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });
});

describe('a profile', () => {
  it('names every launch with its device time, or says that the device has no timer', async () => {
    const b = new GraphBuilder();
    const outputs = new Map([['y', b.matmul(b.param('x', [4, 4]), b.param('w', [4, 4]))]]);
    const program = await devices.get('plain')!.compile({ builder: b, outputs });
    const profile = await program.profile().catch((error: Error) => error.message);
    if (typeof profile === 'string')
      expect(profile).toBe('This WebGPU device has no timer (timestamp-query).');
    else {
      expect(profile.map((launch) => launch.flops)).toEqual([128]);
      expect(profile[0].milliseconds).toBeGreaterThanOrEqual(0);
    }
    program.dispose();
  });
});

describe('state', () => {
  it('is replaced in place or by copy, and survives runs', async () => {
    const b = new GraphBuilder();
    const [counter, history] = [b.param('counter', [2]), b.param('history', [2])];
    const next = b.add(counter, 1);
    const updates = new Map([
      ['counter', next],
      ['history', b.add(b.mul(history, 2), counter)],
    ]);
    const device = devices.get('plain')!;
    const program = await device.compile({ builder: b, outputs: new Map([['next', next]]), updates });
    program.write('counter', Float32Array.of(0, 10));
    program.write('history', Float32Array.of(0, 0));
    for (let i = 0; i < 3; i++) program.run();
    await program.idle();
    expect([...(await program.read('counter'))]).toEqual([3, 13]);
    expect([...(await program.read('next'))]).toEqual([3, 13]);
    expect([...(await program.read('history'))]).toEqual([2 + 2 * 1 + 4 * 0, 12 + 2 * 11 + 4 * 10]);
    program.dispose();
  });
});

describe('refusals are one clear line', () => {
  it('for params it does not have and arrays of the wrong length or type', async () => {
    const b = new GraphBuilder();
    const outputs = new Map([['y', b.neg(b.param('x', [2]))]]);
    const program = await devices.get('plain')!.compile({ builder: b, outputs });
    expect(() => program.write('z', new Float32Array(2))).toThrow(/no param z/);
    expect(() => program.write('x', new Float32Array(3))).toThrow(/takes 2 values, got 3/);
    expect(() => program.write('x', new Int32Array(2))).toThrow(/x is f32/);
    await expect(program.read('z')).rejects.toThrow(/no f32 value z/);
    program.dispose();
    expect(() => program.run()).toThrow(/disposed/);
  });

  it('for a tensor that no binding holds and a program that no memory holds', async () => {
    const device = devices.get('slabs')!;
    const wide = new GraphBuilder();
    const x = wide.param('x', [(1 << 18) + 1]);
    await expect(device.compile({ builder: wide, outputs: new Map([['y', wide.neg(x)]]) })).rejects.toThrow(
      'A tensor of 2 MiB does not fit: this device binds at most 1 MiB at once.',
    );
    const many = new GraphBuilder();
    const parts = Array.from({ length: 9 }, (_, i) => many.param(`x${i}`, [1 << 17]));
    parts.push(...Array.from({ length: 9 }, (_, i) => many.param(`z${i}`, [1 << 17])));
    const sum = parts.reduce((a, c) => many.add(a, c));
    await expect(device.compile({ builder: many, outputs: new Map([['y', sum]]) })).rejects.toThrow(
      /^The GPU has no room for a program of \d+ MiB\. It offers 8 MiB\. Use a smaller model or batch\.$/,
    );
  });

  it('for a place without WebGPU and a machine without an adapter', async () => {
    await expect(openWebGpu(undefined)).rejects.toThrow(/^WebGPU is missing here: use a recent .+\.$/);
    const none = { requestAdapter: async () => null } as unknown as GPU;
    await expect(openWebGpu(none)).rejects.toThrow(/^WebGPU found no adapter: install a driver .+\.$/);
  });

  it('for a lost device: what is under way ends, and nothing later starts', async () => {
    const { gpu, lose } = losable(await dawn());
    const device = await openWebGpu(gpu);
    const b = new GraphBuilder();
    const program = await device.compile({
      builder: b,
      outputs: new Map([['y', b.neg(b.param('x', [2]))]]),
    });
    lose();
    expect(await device.lost).toMatch(/^The GPU was lost \(.+\): start again from the last checkpoint\.$/);
    await expect(program.read('y')).rejects.toThrow(/^The GPU was lost/);
    expect(() => program.run()).toThrow(/^The GPU was lost/);
    device.dispose();
  });
});
