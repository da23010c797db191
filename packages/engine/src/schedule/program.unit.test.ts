// What the scheduler promises about programs, without compiling or running them.

import { describe, expect, it } from 'vitest';
import { demoConfig } from '../bench/train.ts';
import { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { cTarget } from '../kernels/c-target.ts';
import { traceDecodingStep } from '../serve/generator.ts';
import { traceTrainingStep } from '../train/trainer.ts';
import { type CompileOptions, compileProgram } from './program.ts';

const target = cTarget;
const compile = (b: GraphBuilder, y: Node, options?: CompileOptions) =>
  compileProgram({ builder: b, outputs: new Map([['y', y]]) }, target, options);

describe('fusion', () => {
  it('makes one kernel of a softmax: maximum, sum and quotient in three passes over a row', () => {
    const b = new GraphBuilder();
    const { launches, kernels } = compile(b, b.apply('softmax', [b.param('x', [512, 192])]));
    expect(launches).toHaveLength(1);
    expect([...kernels.values()][0].match(/i \+ 16 <= 192/g)).toHaveLength(3);
  });

  it('makes one kernel of a norm and one flat loop of an elementwise chain', () => {
    const b = new GraphBuilder();
    const x = b.param('x', [512, 192]);
    expect(compile(b, b.apply('rmsnorm', [x, b.param('w', [192])], { eps: 1e-5 })).launches).toHaveLength(1);
    const chain = compile(b, b.tanh(b.add(b.mul(x, x), 1)));
    expect(chain.launches).toHaveLength(1);
    expect([...chain.kernels.values()][0]).not.toContain('row');
  });

  it('adds the residual inside the matrix product', () => {
    const b = new GraphBuilder();
    const y = b.add(b.param('c', [64, 64]), b.matmul(b.param('a', [64, 64]), b.param('w', [64, 64])));
    expect(compile(b, y).launches.map((l) => l.symbol)).toEqual(['ts_matmul']);
    expect(compile(b, y, { fuse: false }).launches).toHaveLength(2);
  });

  it('adds a bias row inside the matrix product, with the residual', () => {
    const b = new GraphBuilder();
    const product = b.matmul(b.param('a', [64, 64]), b.param('w', [64, 64]));
    const y = b.add(b.param('c', [64, 64]), b.add(product, b.param('bias', [64])));
    expect(compile(b, y).launches.map((l) => l.symbol)).toEqual(['ts_matmul']);
    const plain = { ...target, biasInMatmul: false, takesEpilogue: undefined };
    expect(compileProgram({ builder: b, outputs: new Map([['y', y]]) }, plain).launches).toHaveLength(2);
  });

  it('turns movement into index expressions, never into kernels of their own', () => {
    const b = new GraphBuilder();
    const x = b.param('x', [4, 6, 32]);
    const moved = b.reshape(
      b.permute(b.pad(b.slice(x, [1, 0, 0], [2, 6, 32]), [1, 0, 0], [0, 0, 0]), [1, 0, 2]),
      [18, 32],
    );
    expect(compile(b, b.exp(moved)).launches).toHaveLength(1);
  });
});

describe('a map behind a product', () => {
  const b = new GraphBuilder();
  const [x, w, c] = ['x', 'w', 'c'].map((name) => b.param(name, [64, 64]));
  const product = b.matmul(x, w);
  const compileAll = (...outputs: Node[]) =>
    compileProgram({ builder: b, outputs: new Map(outputs.map((y, i) => [`y${i}`, y])) }, target);

  it('is its epilogue, also through a reshape; what nobody else reads is not stored', () => {
    const shaped = b.mul(b.reshape(product, [4, 16, 64]), b.param('rows', [4, 1, 64]));
    for (const y of [b.tanh(product), b.mul(b.exp(product), c), shaped]) {
      const { launches, buffers } = compileAll(y);
      expect(launches.map((l) => l.symbol)).toEqual(['ts_matmul']);
      expect(launches[0].writes).toHaveLength(1);
      expect([...buffers.keys()].filter((id) => !id.startsWith('param:'))).toHaveLength(1);
    }
    expect(compile(b, b.tanh(product), { fuse: false }).launches).toHaveLength(2);
  });

  it('leaves the product stored where others read it, and computes several results at once', () => {
    const { launches } = compileAll(product, b.tanh(product), b.mul(b.exp(product), c));
    expect(launches).toHaveLength(1);
    expect(launches[0].writes).toHaveLength(3);
  });

  it('is none where it needs another element of the product, or an operand that needs the product', () => {
    expect(compileAll(b.add(product, b.permute(product, [1, 0]))).launches).toHaveLength(2);
    expect(compileAll(b.tanh(b.slice(product, [0, 0], [64, 32]))).launches).toHaveLength(2);
    const norm = b.apply('softmax', [product]);
    const after = b.matmul(norm, w);
    expect(compileAll(b.mul(product, b.matmul(b.tanh(after), w))).launches.map((l) => l.symbol)).toEqual([
      ...['ts_matmul', 'k0', 'ts_matmul', 'ts_matmul'],
    ]);
  });

  it('is an epilogue of convolutions too, of those in several launches in each of them', () => {
    const kernel = b.param('kernel', [20, 3, 3, 6]);
    const y = b.conv(b.param('image', [2, 9, 8, 6]), kernel, { stride: 2, padding: 1 });
    const back = b.convTranspose(y, kernel, { stride: 2, padding: 1 });
    expect(compileAll(b.tanh(y)).launches.map((l) => l.symbol)).toEqual(['ts_conv']);
    const { launches } = compileAll(b.tanh(back));
    expect(new Set(launches.map((l) => l.symbol))).toEqual(new Set(['ts_conv']));
    expect(launches.slice(1).every((l) => l.args.some((arg) => arg.kind === 'kernel'))).toBe(true);
  });

  it('keeps a residual from being overwritten that it reads once more', () => {
    const temporary = b.exp(c);
    const sum = b.add(temporary, product);
    const inPlace = (y: Node) =>
      compileAll(y)
        .launches.filter((l) => l.symbol === 'ts_matmul')
        .map((l) => l.inPlace.length);
    expect(inPlace(b.tanh(sum))).toEqual([1]);
    expect(inPlace(b.mul(b.tanh(sum), temporary))).toEqual([0]);
  });

  it('is none where the product is summed over turns and the map comes after the last of them', () => {
    const g = new GraphBuilder();
    const total = g.add(g.param('total', [64, 64]), g.matmul(g.param('x', [64, 64]), g.param('w', [64, 64])));
    const trace = {
      builder: g,
      outputs: new Map([['y', g.mul(total, 0.5)]]),
      accumulators: new Map([['total', total]]),
    };
    const { launches, accumulation } = compileProgram(trace, target);
    expect(accumulation?.launches).toBe(1);
    expect(launches.map((l) => l.symbol)).toEqual(['ts_matmul', 'k0']);
  });
});

describe('the training step of the demo model', () => {
  const options = {
    config: demoConfig,
    batchSize: 8,
    sequenceLength: 256,
    optimizer: { learningRate: 1e-3 },
  };
  const program = compileProgram(traceTrainingStep(options), target);

  it('shares kernels between layers', () => {
    expect(program.kernels.size).toBeLessThanOrEqual(14);
    const deeper = { ...options, config: { ...demoConfig, layers: 9 } };
    expect(compileProgram(traceTrainingStep(deeper), target).kernels.size).toBe(program.kernels.size);
  });

  it('has no more launches than its structure needs', () => {
    // Large products pack their second operand in a launch of its own.
    const launches = program.launches.filter((l) => l.symbol !== 'ts_pack_b');
    expect(launches.length).toBeLessThanOrEqual(230);
    expect(program.launches.some((l) => l.symbol === 'ts_copy')).toBe(false);
  });

  it('updates parameters and moments where they are', () => {
    const { writes, inPlace } = program.launches.find((l) => l.symbol === 'ts_adamw')!;
    expect(inPlace).toHaveLength(writes.length);
    for (const [to, from] of inPlace) {
      expect(program.plan.offsets.get(to)).toBe(program.plan.offsets.get(from));
    }
  });

  it('plans well under half of what separate buffers would take', () => {
    const separate = compileProgram(traceTrainingStep(options), target, { reuseMemory: false });
    const temporaries = (p: typeof program) => p.plan.size - p.plan.temporaryStart;
    expect(temporaries(program)).toBeLessThan(0.5 * temporaries(separate));
  });

  it('is the same text every time, so that compiled kernels are found again', () => {
    const again = compileProgram(traceTrainingStep(options), target);
    expect([...again.kernels]).toEqual([...program.kernels]);
    expect(again.launches).toEqual(program.launches);
  });
});

describe('the decoding step', () => {
  it('keeps the caches in place and reads every weight by the matrix-vector kernel', () => {
    const program = compileProgram(traceDecodingStep(demoConfig), target);
    const symbols = program.launches.map((l) => l.symbol);
    expect(symbols).not.toContain('ts_copy');
    expect(symbols).not.toContain('ts_matmul');
    expect(symbols.filter((s) => s === 'ts_cache_update')).toHaveLength(2 * demoConfig.layers);
  });
});
