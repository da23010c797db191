// What the disk caches of programs and objects promise.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import type { CompileOptions, Program, Trace } from '../schedule/program.ts';
import { openCpu } from './cpu.ts';
import { cachedProgram } from './program-cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A step with a table, an update in place, an output and a float argument in a template. */
function step(scale: number): Trace {
  const b = new GraphBuilder();
  const table = b.table(
    'table',
    [40],
    Float32Array.from({ length: 40 }, (_, i) => i / 40),
  );
  const state = b.param('state', [40]);
  const q = b.reshape(b.add(b.mul(b.param('x', [40]), scale), table), [1, 5, 1, 8]);
  const o = b.pick(b.apply('attention', [q, b.tanh(q), q], { causal: true, scale: 0.25 }), 0);
  const next = b.add(state, b.reshape(o, [40]));
  return { builder: b, outputs: new Map([['sum', b.sum(next)]]), updates: new Map([['state', next]]) };
}

function runTwice(trace: Trace, options?: CompileOptions, compiler?: string): number[] {
  const device = openCpu({ threads: 2, cacheDir: folder, compiler });
  const program = device.compile(trace, options);
  program.write(
    'x',
    Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
  );
  program.write('state', new Float32Array(40).fill(0.5));
  program.run();
  program.run();
  const out = [...program.read('state'), ...program.read('sum')];
  device.dispose();
  return out;
}

const programs = () => readdirSync(folder).filter((name) => name.endsWith('.json'));
const objects = () => readdirSync(folder).filter((name) => name.endsWith('.so'));
/** Objects of one step: the pool, attention, copies, and its own kernels. */
const OBJECTS = 4;

describe('a program from the disk', () => {
  it('computes the same bits as the one that was compiled, and is not compiled again', () => {
    const first = runTwice(step(2));
    expect(programs()).toHaveLength(1);
    expect(runTwice(step(2))).toEqual(first);
    expect(programs()).toHaveLength(1);
    const never = (): Program => {
      throw new Error('compiled again');
    };
    expect(cachedProgram(step(2), {}, { folder, target: 'c' }, never).launches.length).toBeGreaterThan(0);
  });

  it('is another one for another constant, another option and another backend', () => {
    runTwice(step(2));
    runTwice(step(3));
    runTwice(step(2), { fuse: false });
    expect(programs()).toHaveLength(3);
    const never = (): Program => {
      throw new Error('compiled again');
    };
    expect(() => cachedProgram(step(2), {}, { folder, target: 'other' }, never)).toThrow('compiled again');
  });

  it('is made again when its file was cut short', () => {
    const first = runTwice(step(2));
    const path = join(folder, programs()[0]);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 100));
    expect(runTwice(step(2))).toEqual(first);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveProperty('launches');
  });
});

describe('libraries of kernels', () => {
  it('are compiled for the programs that use them, and not again for the next', () => {
    const b = new GraphBuilder();
    const device = openCpu({ threads: 1, cacheDir: folder });
    device.compile({ builder: b, outputs: new Map([['y', b.tanh(b.param('x', [40]))]]), updates: new Map() });
    expect(objects()).toHaveLength(2); // the pool and the program's own
    device.dispose();
    runTwice(step(2));
    expect(objects()).toHaveLength(1 + OBJECTS);
    runTwice(step(3));
    expect(objects()).toHaveLength(1 + OBJECTS + 1);
  });
});

describe('a cache that is full', () => {
  it('makes what another process removed again, and computes the same bits', () => {
    const first = runTwice(step(2));
    for (const name of readdirSync(folder)) {
      // Long unused, the libraries included.
      utimesSync(join(folder, name), 1, 1);
    }
    const device = openCpu({ threads: 1, cacheDir: folder, cacheLimit: 1 });
    // The libraries were found and are in use; the old program and its kernels make room for the new ones.
    device.compile(step(3));
    device.dispose();
    expect(programs()).toHaveLength(1);
    expect(objects()).toHaveLength(OBJECTS);
    expect(runTwice(step(2))).toEqual(first);
  });
});

describe('libraries that a loss of power left empty', () => {
  it('are made again, and compute the same bits', () => {
    const first = runTwice(step(2));
    const names = objects();
    // In another folder: an open library must not be cut short.
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'programs-'));
    for (const name of names) writeFileSync(join(folder, name), '');
    expect(runTwice(step(2))).toEqual(first);
    expect(objects().sort()).toEqual(names.sort());
  });
});

describe('every C compiler that is here', () => {
  const compilers = ['cc', 'clang'].filter((name) => spawnSync(name, ['--version']).status === 0);

  it('builds kernels that compute the same, and its objects are its own', () => {
    const results = compilers.map((compiler) => runTwice(step(2), {}, compiler));
    for (const result of results) {
      for (const [i, x] of result.entries()) expect(Math.abs(x - results[0][i])).toBeLessThan(1e-5);
    }
    expect(objects()).toHaveLength(OBJECTS * compilers.length);
  });

  it('is named in one line when it is asked for and missing', () => {
    expect(() => openCpu({ cacheDir: folder, compiler: 'no-such-cc' })).toThrow(
      /^The CPU backend needs a C compiler \(no-such-cc\)\. Install it with: .* or use a GPU through WebGPU\.$/,
    );
  });
});
