import fc from 'fast-check';
import { expect, test } from 'vitest';
import { box, layoutLineage } from './lineage-layout.ts';

const jobId = '00000000-0000-4000-8000-000000000000';

test('an artifact stands right of everything it was made from', () => {
  const nodes = ['s1', 's2', 'd1', 'd2', 'corpus', 'model'].map((id) => ({ id }));
  const edges = [
    ['s1', 'd1'],
    ['s2', 'd2'],
    ['d1', 'corpus'],
    ['d2', 'corpus'],
    ['corpus', 'model'],
    ['d1', 'model'],
  ].map(([from, to]) => ({ from: from!, to: to!, jobId }));
  const { nodes: placed, edges: drawn, width } = layoutLineage({ nodes, edges });
  const column = (id: string) => placed.find((node) => node.id === id)!.x / (box.width + box.gapX);
  expect(['s1', 's2', 'd1', 'd2', 'corpus', 'model'].map(column)).toEqual([0, 0, 1, 1, 2, 3]);
  expect(drawn).toHaveLength(6);
  expect(width).toBe(4 * box.width + 3 * box.gapX);
});

test('for any acyclic lineage nothing overlaps and every edge runs to the right', () => {
  const lineages = fc.integer({ min: 1, max: 25 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      pairs: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }),
    }),
  );
  fc.assert(
    fc.property(lineages, ({ size, pairs }) => {
      const nodes = Array.from({ length: size }, (_, index) => ({ id: `n${index}` }));
      const edges = pairs
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => ({ from: `n${Math.min(a, b)}`, to: `n${Math.max(a, b)}`, jobId }));
      const layout = layoutLineage({ nodes, edges });
      expect(layout.nodes).toHaveLength(size);
      expect(layout.edges.every(({ from, to }) => from.x < to.x)).toBe(true);
      const places = layout.nodes.map(({ x, y }) => `${x} ${y}`);
      expect(new Set(places).size).toBe(size);
    }),
  );
});

test('a broken view with a cycle still ends', () => {
  const edges = [
    { from: 'a', to: 'b', jobId },
    { from: 'b', to: 'a', jobId },
  ];
  expect(layoutLineage({ nodes: [{ id: 'a' }, { id: 'b' }], edges }).nodes).toHaveLength(2);
});
