// No kernel is built whose accesses are not proved to stay inside their buffers.

import { expect, it } from 'vitest';
import { GraphBuilder } from '../core/builder.ts';
import type { Node } from '../core/graph.ts';
import { buildKernel } from './build-kernel.ts';
import { domainOf } from './domain.ts';

const bufferOf = (node: Node) =>
  node.op === 'param' || node.op === 'exp' ? `${node.op}${node.id}` : undefined;

function kernelOfSlice(start: number, step: number) {
  const b = new GraphBuilder();
  const slice = b.slice(b.param('x', [10]), [0], [4], [2]);
  // The graph's own check is passed by: this is what a wrong rewrite would leave behind.
  const moved: Node = { ...slice, attrs: { ...slice.attrs, start: [start], step: [step] } };
  const member: Node = { ...b.exp(slice), inputs: [moved] };
  return buildKernel([member], domainOf(member), bufferOf, () => true);
}

it('refuses a kernel that would read past either end, and builds the one that just fits', () => {
  expect(kernelOfSlice(3, 2).buffers).toHaveLength(2);
  expect(kernelOfSlice(6, -2).buffers).toHaveLength(2);
  expect(() => kernelOfSlice(4, 2)).toThrow(/param \[10\]: offsets 4 to 10 of 10 elements/);
  expect(() => kernelOfSlice(5, -2)).toThrow(/offsets -1 to 5 of 10 elements/);
});
