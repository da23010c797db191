import type { Lineage } from '@tsudoi/schema';

export interface Placed {
  id: string;
  x: number;
  y: number;
}
export interface Layout {
  width: number;
  height: number;
  nodes: Placed[];
  edges: { from: Placed; to: Placed }[];
}

/** Sizes in CSS pixels; the seven stages from a source to an evaluated model fit beside each other on a desktop. */
export const box = { width: 126, height: 76, gapX: 24, gapY: 14 };

/**
 * Layers from left to right: a node stands one column right of its furthest input (longest path). Inside a column
 * nodes follow the mean height of their inputs, which keeps most edges from crossing (one barycentre pass of
 * Sugiyama, Tagawa and Toda 1981). What was made from nothing known stands on the left.
 */
export function layoutLineage({
  nodes,
  edges,
}: Pick<Lineage, 'edges'> & { nodes: { id: string }[] }): Layout {
  const inputs = Map.groupBy(edges, (edge) => edge.to);
  const layers = new Map<string, number>();
  const layerOf = (id: string, seen: Set<string>): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    if (seen.has(id)) return 0; // content addressing rules cycles out; a broken view must not hang the page
    seen.add(id);
    const layer = Math.max(-1, ...(inputs.get(id) ?? []).map((edge) => layerOf(edge.from, seen))) + 1;
    layers.set(id, layer);
    return layer;
  };
  for (const { id } of nodes) layerOf(id, new Set());

  const columns = [...Map.groupBy(nodes, ({ id }) => layers.get(id) ?? 0)].sort(([a], [b]) => a - b);
  const tallest = Math.max(1, ...columns.map(([, members]) => members.length));
  // At least two rows high, so that an edge may pass above a node that stands in its way.
  const height = Math.max(2, tallest) * (box.height + box.gapY) - box.gapY;
  const placed = new Map<string, Placed>();
  for (const [layer, members] of columns) {
    const heightOf = (id: string) => {
      const from = (inputs.get(id) ?? []).flatMap((edge) => placed.get(edge.from)?.y ?? []);
      return from.length ? from.reduce((sum, y) => sum + y, 0) / from.length : 0;
    };
    const ordered = members.map(({ id }) => ({ id, wish: heightOf(id) })).sort((a, b) => a.wish - b.wish);
    const used = ordered.length * (box.height + box.gapY) - box.gapY;
    ordered.forEach(({ id }, index) => {
      const y = (height - used) / 2 + index * (box.height + box.gapY);
      placed.set(id, { id, x: layer * (box.width + box.gapX), y });
    });
  }
  return {
    width: columns.length * (box.width + box.gapX) - box.gapX,
    height,
    nodes: [...placed.values()],
    edges: edges.flatMap((edge) => {
      const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
      return from && to ? [{ from, to }] : [];
    }),
  };
}
