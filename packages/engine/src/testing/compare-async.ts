// compare.ts for devices whose results come later.

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import type { NdArray } from '../core/ndarray.ts';
import { interpret } from '../core/ref.ts';
import type { AsyncDevice } from '../runtime/async-device.ts';
import type { CompileOptions } from '../schedule/program.ts';
import { expectClose, type Tolerance } from './close.ts';

const single = (x: NdArray) => (x.dtype === 'f32' ? Float32Array.from(x.data) : Int32Array.from(x.data));

/** What the device computes, twice on poisoned memory, must equal float64 within the tolerance, and itself exactly. */
export async function compareAsync(
  device: AsyncDevice,
  b: GraphBuilder,
  outputs: readonly Node[],
  params: ReadonlyMap<string, NdArray>,
  tolerance: Tolerance,
  options: CompileOptions = {},
): Promise<void> {
  const rounded = new Map(
    [...params].map(([name, x]) => [name, { ...x, data: Float64Array.from(single(x)) }] as const),
  );
  const want = interpret(outputs, rounded, { tables: b.tables });
  const named = new Map(outputs.map((node, i) => [`out${i}`, node]));
  const program = await device.compile({ builder: b, outputs: named }, options);
  try {
    for (const [name, x] of rounded) if (program.has(name)) program.write(name, single(x));
    let first: Float32Array[] | undefined;
    for (const round of [1, 2]) {
      program.poison();
      const got = await program.runAndRead([...named.keys()]);
      outputs.forEach((node, i) => {
        const what = `run ${round}: ${tolerance.what ?? node.op} output ${i}`;
        expectClose(got[i], want[i].data, { ...tolerance, what });
        if (first && !sameBits(first[i], got[i])) throw new Error(`${what} differs from the first run`);
      });
      first = got;
    }
  } finally {
    program.dispose();
  }
}

const sameBits = (a: Float32Array, b: Float32Array) => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
