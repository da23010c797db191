// Products with a matrix in blocks against float64 on the values that the blocks stand for.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import { decodeBlocks } from '../io/gguf/blocks.ts';
import { toFloat16 } from '../io/half.ts';
import { type CpuDevice, openCpu } from '../runtime/cpu.ts';
import { type BlockStorage, bytesPerElement } from '../schedule/launch.ts';
import { random } from '../testing/random.ts';

/** Ten strips of four rows and one row besides, over several tasks where rows are long. */
const COLUMNS = 41;
const BLOCK = 32;
const EPSILON = 2 ** -24;
const SMALLEST_SCALE = 2 ** -24;

let cacheDir: string;
let device: CpuDevice;
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'kernels-'));
  device = openCpu({ threads: 2, cacheDir });
});
afterAll(() => {
  device.dispose();
  rmSync(cacheDir, { recursive: true, force: true });
});

/** Blocks of any bytes, -128 included, with scales of both signs, zero and the smallest binary16. */
function anyBlocks(storage: BlockStorage, k: number, seed: number): Uint8Array {
  const r = random(seed);
  const bytes = Uint8Array.from({ length: COLUMNS * k * bytesPerElement(storage) }, () => r.int(256));
  const view = new DataView(bytes.buffer);
  const step = BLOCK * bytesPerElement(storage);
  for (let at = 0; at < bytes.length; at += step) {
    const scale = r.pick([r.real(-0.02, 0.02), r.real(0.001, 0.02), r.real(0.001, 0.02), 0, SMALLEST_SCALE]);
    view.setUint16(at, toFloat16(scale), true);
  }
  return bytes;
}

interface Inputs {
  readonly blocks: Uint8Array;
  readonly x: Float32Array;
  readonly bias: Float32Array;
  readonly residual: Float32Array;
}

function anyInputs(storage: BlockStorage, k: number, rows: number): Inputs {
  const r = random(k + rows);
  const reals = (length: number) => Float32Array.from({ length }, () => r.real(-2, 2));
  return {
    blocks: anyBlocks(storage, k, k),
    x: reals(rows * k),
    bias: reals(COLUMNS),
    residual: reals(rows * COLUMNS),
  };
}

/** x times the matrix, plus bias and residual, for the first `rows` rows of x; times `factor`, where that is not one. */
function product(storage: BlockStorage, k: number, rows: number, inputs: Inputs, factor = 1): Float32Array {
  const shared = device.share([{ name: 'w', elements: COLUMNS * k, storage }]);
  shared.write('w', inputs.blocks);
  const b = new GraphBuilder();
  const y = b.add(
    b.add(
      b.matmul(b.param('x', [rows, k]), b.param('w', [COLUMNS, k]), { tb: true }),
      b.param('bias', [COLUMNS]),
    ),
    b.param('residual', [rows, COLUMNS]),
  );
  const program = device.compile({ builder: b, outputs: new Map([['y', b.mul(y, factor)]]) }, {}, shared);
  expect(program.launchCount).toBe(1);
  try {
    program.write('x', inputs.x.slice(0, rows * k));
    program.write('bias', inputs.bias);
    program.write('residual', inputs.residual.slice(0, rows * COLUMNS));
    program.poison();
    program.run();
    return program.read('y');
  } finally {
    program.dispose();
    shared.dispose();
  }
}

/** Largest |got - want| over the sum of all magnitudes that were added, in units of float32's rounding. */
function worstRounding(
  storage: BlockStorage,
  k: number,
  rows: number,
  inputs: Inputs,
  got: Float32Array,
): number {
  const values = decodeBlocks(storage, inputs.blocks);
  let worst = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < COLUMNS; j++) {
      const at = i * COLUMNS + j;
      let want = inputs.bias[j] + inputs.residual[at];
      let magnitude = Math.abs(inputs.bias[j]) + Math.abs(inputs.residual[at]);
      for (let l = 0; l < k; l++) {
        const term = inputs.x[i * k + l] * values[j * k + l];
        want += term;
        magnitude += Math.abs(term);
      }
      worst = Math.max(worst, Math.abs(got[at] - want) / (magnitude * EPSILON)); // NaN stays
    }
  }
  return worst;
}

describe.each(['Q8_0', 'Q4_0'] as const)('a product with a matrix in %s', (storage) => {
  // One block, a group of eight, groups with a rest, and a row longer than a task.
  it.each([32, 96, 256, 544, 3072])(
    'of rows of %i is within float32 rounding of the values in its blocks',
    (k) => {
      for (const rows of [1, 2, 3, 4, 5, 6, 7, 8, 9, 40]) {
        const inputs = anyInputs(storage, k, rows);
        const got = product(storage, k, rows, inputs);
        // Roundings one term meets: up to eight rows of x two in a block, one per block, four in the tree of lanes and
        // two addends; more rows are summed one after another.
        const most = rows <= 8 ? k / BLOCK + 8 : k + 8;
        expect(worstRounding(storage, k, rows, inputs, got), `${rows} rows`).toBeLessThan(most);
      }
    },
  );

  it('computes what follows it inside of it, by element', () => {
    for (const rows of [3, 40]) {
      const inputs = anyInputs(storage, 96, rows);
      const doubled = product(storage, 96, rows, inputs).map((v) => 2 * v);
      expect(product(storage, 96, rows, inputs, 2), `${rows} rows`).toEqual(doubled);
    }
  });

  it('gives a row the same bits alone and beside up to seven others', () => {
    const k = 544;
    const inputs = anyInputs(storage, k, 8);
    const together = product(storage, k, 8, inputs);
    for (let rows = 1; rows < 8; rows++) {
      expect(product(storage, k, rows, inputs), `${rows} rows`).toEqual(together.slice(0, rows * COLUMNS));
    }
  });
});
