// The CPU backend against the float64 interpreter: every op, random graphs, every compile option.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { type NdArray, ndarray, tabulate } from '../core/ndarray.ts';
import { buildCase, opCases } from '../testing/cases.ts';
import { float32Tolerance } from '../testing/close.ts';
import { compareWithInterpreter } from '../testing/compare.ts';
import { epilogues } from '../testing/epilogues.ts';
import failingSeeds from '../testing/failing-seeds.json' with { type: 'json' };
import { fuzzGraph } from '../testing/fuzz.ts';
import { compileVariants } from '../testing/fuzz-variants.ts';
import { random } from '../testing/random.ts';
import { openCpu } from './cpu.ts';
import type { Device } from './device.ts';

let cacheDir: string;
let device: Device;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kernels-'));
  device = openCpu({ threads: 2, cacheDir });
});
afterAll(() => {
  device.dispose();
  rmSync(cacheDir, { recursive: true, force: true });
});

describe.each(compileVariants)('programs compiled %s', (_title, options) => {
  it('compute every op as the interpreter does', () => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const outputs: Node[] = [];
    for (const [name, make] of opCases) {
      for (const seed of [1, 2, 3]) {
        const r = random(seed * 1000 + name.length);
        const built = buildCase(b, make(r, r.size), `${name}${seed}.`);
        for (const [key, value] of built.params) params.set(key, value);
        outputs.push(...built.outputs.filter((n) => n.op !== 'param'));
      }
    }
    compareWithInterpreter(device, b, outputs, params, float32Tolerance(32), options);
  });

  it.each([1, 2, 3, 4])('compute random graphs and their gradients as the interpreter does (%i)', (batch) => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const outputs: Node[] = [];
    const seeds = Array.from({ length: 8 }, (_, i) => batch * 10 + i);
    // Seeds that once failed are kept and replayed.
    for (const seed of batch === 1 ? [...seeds, ...(failingSeeds as number[])] : seeds) {
      const graph = fuzzGraph(b, seed, `s${seed}.`);
      for (const [name, value] of graph.params) params.set(name, value);
      outputs.push(...graph.outputs.filter((n) => n.op !== 'param'));
    }
    compareWithInterpreter(device, b, outputs, params, { rtol: 5e-4, atol: 5e-4 }, options);
  });
});

describe('matrix products', () => {
  const r = random(5);
  it.each([
    [1, 70, 65],
    [3, 1, 40],
    [15, 33, 1],
    [129, 97, 400],
    [300, 520, 33],
  ])('of %i x %i x %i are right for every transposition', (m, n, k) => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const outputs: Node[] = [];
    params.set(
      'bias',
      tabulate([n], 'f32', () => r.real(-1, 1)),
    );
    params.set(
      'residual',
      tabulate([m, n], 'f32', () => r.real(-1, 1)),
    );
    for (const ta of [false, true]) {
      for (const tb of [false, true]) {
        const names = [`a${ta}${tb}`, `b${ta}${tb}`];
        const shapes = [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]];
        names.forEach((name, i) => {
          params.set(
            name,
            tabulate(shapes[i], 'f32', () => r.real(-1, 1)),
          );
        });
        const [x, y] = names.map((name, i) => b.param(name, shapes[i]));
        const bias = b.param('bias', [n]);
        outputs.push(b.matmul(x, y, { ta, tb }), b.add(b.matmul(x, b.neg(y), { ta, tb }), bias));
        outputs.push(b.add(b.add(b.matmul(b.neg(x), y, { ta, tb }), bias), b.param('residual', [m, n])));
      }
    }
    compareWithInterpreter(device, b, outputs, params, float32Tolerance(k));
  });

  it.each([
    [1, 70, 65],
    [4, 33, 40],
    [15, 5, 7],
    [129, 97, 400],
    [300, 520, 33],
  ])('of %i x %i x %i are right with what follows them, kept or not', (m, n, k) => {
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const make = (name: string, shape: number[]) => {
      params.set(
        name,
        tabulate(shape, 'f32', () => r.real(-1, 1)),
      );
      return b.param(name, shape);
    };
    const [x, y, c] = [make('x', [m, k]), make('y', [n, k]), make('c', [m, n])];
    const product = (factor: number) => b.matmul(b.mul(x, factor), y, { tb: true });
    const outputs = epilogues(b, product, c);
    outputs.push(b.apply('swiglu', [product(0.5), b.add(product(0.7), make('bias', [n]))]));
    compareWithInterpreter(device, b, outputs, params, float32Tolerance(16 * k));
  });
});

describe('convolutions', () => {
  it('are right with what follows them: whole, and where every phase of a stride is a launch of its own', () => {
    const r = random(6);
    const b = new GraphBuilder();
    const params = new Map<string, NdArray>();
    const make = (name: string, shape: number[]) => {
      params.set(
        name,
        tabulate(shape, 'f32', () => r.real(-1, 1)),
      );
      return b.param(name, shape);
    };
    const [x, w] = [make('x', [2, 9, 8, 6]), make('w', [20, 3, 3, 6])];
    const y = b.conv(x, w, { stride: 2, padding: 1, bias: make('bias', [20]) });
    const back = b.convTranspose(b.mul(y, 0.5), w, { stride: 2, padding: 1 });
    const outputs = [b.apply('gelu', [y], { tanh: true }), b.mul(b.tanh(back), make('c', [...back.shape]))];
    compareWithInterpreter(device, b, outputs, params, float32Tolerance(100));
  });
});

describe('long reductions', () => {
  it('are right along rows, columns and over everything', () => {
    const b = new GraphBuilder();
    const x = b.param('x', [640, 96]);
    const values = tabulate([640, 96], 'f32', ([i, j]) => Math.sin(i * 0.37 + j));
    const outputs = [b.sum(x, [0]), b.sum(x, [1]), b.sum(x), b.reduceMax(x, [0]), b.mean(b.exp(x))];
    compareWithInterpreter(device, b, outputs, new Map([['x', values]]), float32Tolerance(640));
  });
});

describe('state', () => {
  it('is replaced in place or by copy, and survives runs', () => {
    const b = new GraphBuilder();
    const [counter, history] = [b.param('counter', [2]), b.param('history', [2])];
    const next = b.add(counter, 1);
    const updates = new Map([
      ['counter', next],
      ['history', b.add(b.mul(history, 2), counter)],
    ]);
    const program = device.compile({ builder: b, outputs: new Map([['next', next]]), updates });
    program.write('counter', Float32Array.of(0, 10));
    program.write('history', Float32Array.of(0, 0));
    for (let i = 0; i < 3; i++) program.run();
    expect([...program.read('counter')]).toEqual([3, 13]);
    expect([...program.read('next')]).toEqual([3, 13]);
    expect([...program.read('history')]).toEqual([2 + 2 * 1 + 4 * 0, 12 + 2 * 11 + 4 * 10]);
    program.dispose();
  });

  it('refuses params it does not have and arrays of the wrong length or type', () => {
    const b = new GraphBuilder();
    const program = device.compile({ builder: b, outputs: new Map([['y', b.neg(b.param('x', [2]))]]) });
    expect(() => program.write('z', new Float32Array(2))).toThrow(/no param z/);
    expect(() => program.write('x', new Float32Array(3))).toThrow(/takes 2 values, got 3/);
    expect(() => program.write('x', new Int32Array(2))).toThrow(/x is f32/);
    expect(() => program.read('z')).toThrow(/no f32 value z/);
    program.dispose();
    expect(() => program.run()).toThrow(/disposed/);
    expect(() => openCpu({ threads: 0, cacheDir })).toThrow(/threads must be a positive integer/);
  });
});

describe('a machine without a C compiler', () => {
  it('gets one line that names the package to install', () => {
    const script = `import(${JSON.stringify(new URL('./cpu.ts', import.meta.url).href)}).then(({ openCpu }) => {
      try { openCpu({ cacheDir: ${JSON.stringify(cacheDir)} }); } catch (error) { console.log(error.name + ': ' + error.message); }
    })`;
    const out = execFileSync(process.execPath, ['-e', script], { env: { PATH: '' }, encoding: 'utf8' });
    expect(out.trim()).toBe(
      'DeviceUnavailable: The CPU backend needs a C compiler (cc, gcc or clang). ' +
        'Install it with: sudo apt-get install gcc libc6-dev, or use a GPU through WebGPU.',
    );
  });
});

describe('special values', () => {
  it('of exp are zero, infinity and NaN where they should be, in lanes and in the rest', () => {
    const b = new GraphBuilder();
    const input = [-1e30, -100, -88, 0, 88, 89, 1e30, Number.NaN, ...new Array(9).fill(1)];
    const program = device.compile({ builder: b, outputs: new Map([['y', b.exp(b.param('x', [17]))]]) });
    for (const rotation of [0, 1]) {
      const values = rotation === 0 ? input : [...input].reverse();
      program.write('x', Float32Array.from(values));
      program.run();
      const got = program.read('y');
      values.forEach((x, i) => {
        const want = Math.exp(x);
        if (Number.isNaN(x)) expect(got[i]).toBeNaN();
        else if (want > 3.4e38) expect(got[i]).toBe(Number.POSITIVE_INFINITY);
        else if (want < 1e-38) expect(got[i]).toBeLessThan(1e-38);
        else expect(Math.abs(got[i] / want - 1)).toBeLessThan(5e-7);
      });
    }
    program.dispose();
  });

  it('of a target outside the vocabulary is a NaN loss, not a read out of bounds', () => {
    const b = new GraphBuilder();
    const ce = b.apply('cross_entropy', [b.param('logits', [1, 3]), b.param('targets', [1], 'i32')]);
    const program = device.compile({ builder: b, outputs: new Map([['loss', b.pick(ce, 0)]]) });
    program.write('logits', Float32Array.from(ndarray([3], [1, 2, 3]).data));
    program.write('targets', Int32Array.of(3));
    program.run();
    expect(program.read('loss')[0]).toBeNaN();
    program.dispose();
  });
});

describe('a program', () => {
  it('that cannot fit is refused before it runs, with what it needs and what is free', () => {
    const b = new GraphBuilder();
    const trace = { builder: b, outputs: new Map([['y', b.exp(b.param('x', [2 ** 20, 2 ** 20]))]]) };
    expect(() => device.compile(trace)).toThrow(
      /^the program needs 8388608 MiB of memory and \d+ MiB are free; use a smaller batch/,
    );
  });
});
