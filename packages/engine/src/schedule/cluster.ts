// Decides which values get a buffer and which of them are computed by one kernel.
//
// Values with a buffer: program outputs, operands of templates, reductions, and elementwise values that
// are used more than once and are not cheap to recompute from one stored operand. Everything else is
// recomputed where it is used. Then, greedily and in order, each such value joins the template whose result it is a map
// of, or an earlier kernel with the same rows, when that makes one legal kernel and no cycle.

import { type Node, topologicalOrder } from '../core/graph.ts';
import { opRow } from '../core/ops.ts';
import { numel } from '../core/shape.ts';
import { type BuiltKernel, buildKernel, IllegalFusion } from './build-kernel.ts';
import { type Domain, domainOf } from './domain.ts';
import { buildEpilogue, type Epilogue, type TakesEpilogue } from './epilogue.ts';

export interface Unit {
  readonly kind: 'loops' | 'template';
  /** Members in order of creation; of a template its node, then those of its epilogue. */
  nodes: Node[];
  domain?: Domain;
  built?: BuiltKernel;
  epilogue?: Epilogue;
}

export interface Clusters {
  /** In an order in which they can run. */
  readonly units: readonly Unit[];
  readonly bufferOf: (node: Node) => string | undefined;
}

export interface ClusterOptions {
  /** False gives every value with a buffer a kernel of its own (for tests). */
  readonly fuse: boolean;
  /** Which templates take which epilogues; none where it is absent. */
  readonly takesEpilogue?: TakesEpilogue;
  /** Ids of the nodes that run before all others, maybe several times: no kernel computes some of both. */
  readonly first?: ReadonlySet<number>;
}

const MAX_SLOTS = 20;
const MAX_LEAVES = 10;
const CHEAP = 40;
/** How many earlier kernels are tried as partners that only share an operand. */
const SIBLING_WINDOW = 12;

const VIEWS = new Set(['reshape', 'permute', 'expand', 'slice']);
const WEIGHT: Readonly<Record<string, number>> = {
  exp: 12,
  log: 20,
  sin: 20,
  cos: 20,
  tanh: 20,
  div: 3,
  recip: 3,
};

export const isTemplate = (node: Node) => {
  const kind = opRow(node.op).kind;
  return kind === 'composite' || kind === 'index';
};
/** Computed a second time, for the backward pass: a kernel of the forward pass that took it in would keep it till then. */
const isAgain = (node: Node) => node.attrs.again === true;
const isReduce = (node: Node) => opRow(node.op).kind === 'reduce';

/** Looks through reshapes, which share their operand's buffer. */
export function throughReshape(node: Node): Node {
  let base = node;
  while (base.op === 'reshape') base = base.inputs[0];
  return base;
}

/** The node that a stored value names its buffer by: of several results the first is as the template itself. */
const namesake = (n: Node) => (n.op === 'pick' && n.attrs.index === 0 ? n.inputs[0] : n);

const hasOwnStorage = (n: Node) => n.op === 'param' || n.op === 'pick' || isTemplate(n);

/** Ids of the nodes whose values must or should be stored. */
function storedNodes(order: readonly Node[], roots: readonly Node[]): Set<number> {
  const stored = new Set<number>();
  const store = (n: Node) => {
    const base = throughReshape(n);
    if (!hasOwnStorage(base)) stored.add(base.id);
  };
  roots.forEach(store);
  for (const n of order) {
    if (isTemplate(n)) n.inputs.forEach(store);
    if (isReduce(n)) stored.add(n.id);
  }
  const uses = computeUses(order);
  const leaves = new Map<number, Set<Node>>();
  const weight = new Map<number, number>();
  for (const n of order) {
    const own = hasOwnStorage(n) || stored.has(n.id);
    const union = own ? new Set([n]) : new Set(n.inputs.flatMap((x) => [...leaves.get(x.id)!]));
    const cost = own
      ? 0
      : n.inputs.reduce((c, x) => c + weight.get(x.id)!, VIEWS.has(n.op) ? 0 : (WEIGHT[n.op] ?? 1));
    leaves.set(n.id, union);
    weight.set(n.id, cost);
    if (own || opRow(n.op).kind !== 'elementwise') continue;
    const wide = [...union].filter((leaf) => 2 * numel(leaf.shape) > numel(n.shape)).length;
    const reused = uses.get(n.id)! > 1 && (wide > 1 || cost > CHEAP);
    if (reused || union.size > MAX_LEAVES) {
      stored.add(n.id);
      leaves.set(n.id, new Set([n]));
      weight.set(n.id, 0);
    }
  }
  return stored;
}

/** How many computing nodes read each node, views not counted as computing. */
function computeUses(order: readonly Node[]): Map<number, number> {
  const uses = new Map<number, number>(order.map((n) => [n.id, 0]));
  for (const n of [...order].reverse()) {
    const amount = VIEWS.has(n.op) ? uses.get(n.id)! : 1;
    for (const x of n.inputs) uses.set(x.id, uses.get(x.id)! + amount);
  }
  return uses;
}

class Clusterer {
  readonly #units: Unit[] = [];
  readonly #unitOf = new Map<number, Unit>();
  readonly #directDeps = new Map<number, ReadonlySet<Node>>();
  readonly #stored: ReadonlySet<number>;
  readonly #options: ClusterOptions;
  readonly bufferOf = (node: Node): string | undefined => {
    const base = throughReshape(node);
    if (base.op === 'param') return `param:${base.attrs.name}`;
    if (base.op === 'pick') return `n${base.inputs[0].id}.${base.attrs.index}`;
    if (isTemplate(base) || this.#stored.has(base.id)) return `n${base.id}.0`;
    return undefined;
  };

  constructor(stored: ReadonlySet<number>, options: ClusterOptions) {
    this.#stored = stored;
    this.#options = options;
  }

  /** Stored values (or params) that the expression of `node` loads. */
  #deps(node: Node): ReadonlySet<Node> {
    const known = this.#directDeps.get(node.id);
    if (known) return known;
    const deps = new Set<Node>();
    const seen = new Set<number>();
    const walk = (n: Node) => {
      if (seen.has(n.id)) return;
      seen.add(n.id);
      if (this.bufferOf(n) !== undefined) deps.add(throughReshape(n));
      else n.inputs.forEach(walk);
    };
    node.inputs.forEach(walk);
    this.#directDeps.set(node.id, deps);
    return deps;
  }

  #unitDeps(unit: Unit): Set<Unit> {
    const out = new Set<Unit>();
    for (const n of unit.nodes) {
      for (const d of this.#deps(n)) {
        const from = this.#unitOf.get(d.op === 'pick' ? d.inputs[0].id : d.id);
        if (from && from !== unit) out.add(from);
      }
    }
    return out;
  }

  /** True when some unit other than `target` that `starts` need depends on `target`. */
  #reaches(starts: Iterable<Unit>, target: Unit): boolean {
    const stack = [...starts].filter((u) => u !== target);
    const seen = new Set<Unit>(stack);
    while (stack.length > 0) {
      for (const dep of this.#unitDeps(stack.pop()!)) {
        if (dep === target) return true;
        if (seen.has(dep)) continue;
        seen.add(dep);
        stack.push(dep);
      }
    }
    return false;
  }

  add(node: Node): void {
    const unit: Unit = { kind: isTemplate(node) ? 'template' : 'loops', nodes: [node] };
    if (unit.kind === 'loops') unit.domain = domainOf(node);
    this.#unitOf.set(node.id, unit);
    const partner = this.#options.fuse && unit.kind === 'loops' ? this.#partner(unit) : undefined;
    if (!partner) {
      this.#units.push(unit);
      return;
    }
    partner.unit.nodes.push(node);
    partner.unit.domain = partner.domain;
    this.#unitOf.set(node.id, partner.unit);
  }

  #partner(unit: Unit): { unit: Unit; domain?: Domain } | undefined {
    if (unit.domain!.kind === 'col') return undefined;
    const deps = this.#unitDeps(unit);
    const template = [...deps].reverse().find((u) => this.#takes(u, unit.nodes[0], deps));
    if (template) return { unit: template };
    const loads = new Set([...this.#deps(unit.nodes[0])].map((d) => d.id));
    const recent = this.#units.slice(-SIBLING_WINDOW);
    const siblings = recent.filter(
      (u) =>
        !deps.has(u) && u.nodes.some((n) => [...this.#deps(n)].some((d) => loads.has(d.id) && isLarge(d))),
    );
    for (const candidate of [...[...deps].reverse(), ...siblings.reverse()]) {
      if (candidate.kind !== 'loops' || candidate.domain!.kind === 'col') continue;
      if (!this.#isSameTime(candidate, unit.nodes[0])) continue;
      const domain = this.#commonDomain(candidate, unit);
      if (!domain || !this.#isLegal([...candidate.nodes, ...unit.nodes], domain)) continue;
      if (this.#reaches(deps, candidate)) continue;
      return { unit: candidate, domain };
    }
    return undefined;
  }

  /** Whether a template's unit can compute `node` too, as a further member of its epilogue. */
  #takes(unit: Unit, node: Node, deps: ReadonlySet<Unit>): boolean {
    const { takesEpilogue } = this.#options;
    const [source, ...members] = unit.nodes;
    if (unit.kind !== 'template' || !takesEpilogue || !this.#isSameTime(unit, node)) return false;
    // Of a template's further results all may be needed before they are there.
    const isFurther = (d: Node) => d.op === 'pick' && d.inputs[0] === source && d.attrs.index !== 0;
    if ([...this.#deps(node)].some(isFurther)) return false;
    try {
      const epilogue = buildEpilogue(source, [...members, node], this.bufferOf, () => true);
      if (epilogue.buffers.length > MAX_SLOTS || !takesEpilogue(source, epilogue)) return false;
    } catch (error) {
      if (error instanceof IllegalFusion) return false;
      throw error;
    }
    return !this.#reaches(deps, unit);
  }

  /** Whether `node` belongs where the unit runs: in the same part of the step and the same pass over the model. */
  #isSameTime(unit: Unit, node: Node): boolean {
    const { first } = this.#options;
    if (first && first.has(unit.nodes[0].id) !== first.has(node.id)) return false;
    return !isAgain(node) || unit.nodes.every(isAgain);
  }

  #commonDomain(a: Unit, b: Unit): Domain | undefined {
    const [x, y] = [a.domain!, b.domain!];
    if (`${x.rows}` === `${y.rows}`) {
      if (x.inner === y.inner) return x;
      if (x.inner === 1) return y;
      return y.inner === 1 ? x : undefined;
    }
    return undefined;
  }

  #isLegal(nodes: readonly Node[], domain: Domain): boolean {
    try {
      return buildKernel(nodes, domain, this.bufferOf, () => true).buffers.length <= MAX_SLOTS;
    } catch (error) {
      if (error instanceof IllegalFusion) return false;
      throw error;
    }
  }

  finish(roots: readonly Node[]): Unit[] {
    const outside = new Set<number>(roots.map((n) => namesake(throughReshape(n)).id));
    for (const unit of this.#units) {
      for (const d of unit.nodes.flatMap((n) => [...this.#deps(n)].map(namesake))) {
        if (this.#unitOf.get(d.id) !== unit) outside.add(d.id);
      }
    }
    for (const unit of this.#units) {
      const stored = (n: Node) => outside.has(n.id);
      const [node, ...members] = unit.nodes;
      if (unit.kind === 'template') {
        if (members.length > 0) unit.epilogue = buildEpilogue(node, members, this.bufferOf, stored);
        continue;
      }
      unit.built = buildKernel(unit.nodes, unit.domain!, this.bufferOf, stored);
    }
    return this.#ordered();
  }

  /** Depth first from each unit in order of creation: consumers follow soon after their producers. */
  #ordered(): Unit[] {
    const done = new Set<Unit>();
    const out: Unit[] = [];
    const visit = (unit: Unit) => {
      if (done.has(unit)) return;
      done.add(unit);
      for (const dep of this.#unitDeps(unit)) visit(dep);
      out.push(unit);
    };
    this.#units.forEach(visit);
    return out;
  }
}

const isLarge = (n: Node) => numel(n.shape) >= 1024;

export function cluster(roots: readonly Node[], options: ClusterOptions): Clusters {
  const order = topologicalOrder(roots);
  const stored = storedNodes(order, roots);
  const clusterer = new Clusterer(stored, options);
  for (const node of order) {
    if (isTemplate(node) || stored.has(node.id)) clusterer.add(node);
  }
  return { units: clusterer.finish(roots), bufferOf: clusterer.bufferOf };
}
