// A compiled program against the interpreter, on poisoned memory, run twice (a second run must not see
// what the first left behind).

import type { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import type { NdArray } from '../core/ndarray.ts';
import { interpret } from '../core/ref.ts';
import type { Device } from '../runtime/device.ts';
import type { CompileOptions } from '../schedule/program.ts';
import { expectClose, type Tolerance } from './close.ts';

const single = (x: NdArray) => (x.dtype === 'f32' ? Float32Array.from(x.data) : Int32Array.from(x.data));

/** What the device computes must equal float64 on the same float32 inputs, within the tolerance. */
export function compareWithInterpreter(
  device: Device,
  b: GraphBuilder,
  outputs: readonly Node[],
  params: ReadonlyMap<string, NdArray>,
  tolerance: Tolerance,
  options: CompileOptions = {},
): void {
  const rounded = new Map(
    [...params].map(([name, x]) => [name, { ...x, data: Float64Array.from(single(x)) }] as const),
  );
  const named = new Map(outputs.map((node, i) => [`out${i}`, node]));
  const program = device.compile({ builder: b, outputs: named }, options);
  try {
    const want = interpret(outputs, rounded, { tables: b.tables });
    for (const [name, x] of rounded) if (program.has(name)) program.write(name, single(x));
    for (const round of [1, 2]) {
      program.poison();
      program.run();
      outputs.forEach((_, i) => {
        const what = `run ${round}: ${tolerance.what ?? ''} output ${i}`;
        expectClose(program.read(`out${i}`), want[i].data, { ...tolerance, what });
      });
    }
  } finally {
    program.dispose();
  }
}
