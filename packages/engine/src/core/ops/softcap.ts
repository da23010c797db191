// Soft capping (Gemma 2, arXiv 2408.00118, section 2): cap * tanh(x / cap), which is x near zero and never beyond the
// cap. Keeps logits from growing without end. The worked example of docs/engine/adding-an-op.md.

import { type OpRow, streamingCost } from '../graph.ts';
import { ndarray } from '../ndarray.ts';
import { expect } from '../shape.ts';

/** x of any shape; attrs.cap above 0. */
const softcap: OpRow = {
  name: 'softcap',
  kind: 'composite',
  infer([x], { cap }) {
    expect(typeof cap === 'number' && cap > 0, `softcap needs a cap above 0, got ${cap}`);
    return [x];
  },
  ref([x], attrs, [type]) {
    const cap = attrs.cap as number;
    return [
      ndarray(
        type.shape,
        x.data.map((v) => cap * Math.tanh(v / cap)),
        type.dtype,
      ),
    ];
  },
  decompose: (b, [x], attrs) => [b.mul(b.tanh(b.div(x, attrs.cap as number)), attrs.cap as number)],
  // d/dx = 1 - tanh(x / cap)^2 = 1 - (y / cap)^2: the result itself is all that is needed.
  vjp(b, node, [g]) {
    const t = b.div(node, node.attrs.cap as number);
    return [g && b.mul(g, b.sub(1, b.mul(t, t)))];
  },
  cost: streamingCost,
};

export const softcapRows: readonly OpRow[] = [softcap];
