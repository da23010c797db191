// Static memory: lifetimes over the linear schedule, then offsets in one arena, largest first.

import { type BufferInfo, bytesOf, type Launch, type SharedParam } from './launch.ts';

/** Cache lines and vector loads like it; WebGPU will need 256 for storage offsets. */
const ALIGNMENT = 256;

export interface PlanOptions {
  /** False gives every buffer its own memory (for tests). */
  readonly reuse: boolean;
  /** Persistent buffers that are read from outside after a run. */
  readonly keep: ReadonlySet<string>;
  /** No buffer crosses a multiple of this many bytes; unbounded when absent. */
  readonly slabBytes?: number;
  /** Params that come first, in this order, at the same offsets in every program that shares them. */
  readonly shared?: readonly SharedParam[];
}

export interface MemoryPlan {
  /** Byte offset of every buffer in the arena. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Offsets below this lie in shared memory. */
  readonly sharedBytes: number;
  /** Persistent buffers come first; temporaries live in [temporaryStart, size). */
  readonly temporaryStart: number;
  readonly size: number;
}

/** One tensor is larger than what the device can bind at once. */
export class BufferTooLarge extends Error {
  override name = 'BufferTooLarge';
  constructor(bytes: number, limit: number) {
    const mib = (n: number) => Math.ceil(n / 2 ** 20);
    super(
      `A tensor of ${mib(bytes)} MiB does not fit: this device binds at most ${mib(limit)} MiB at once. Use a smaller batch, sequence or vocabulary.`,
    );
  }
}

interface Lifetime {
  readonly size: number;
  first: number;
  last: number;
}

const align = (n: number) => Math.ceil(n / ALIGNMENT) * ALIGNMENT;
/** The first offset from `at` on where `size` bytes stay within one slab. */
function withinSlab(at: number, size: number, slabBytes: number | undefined): number {
  if (slabBytes === undefined || size === 0) return at;
  if (size > slabBytes) throw new BufferTooLarge(size, slabBytes);
  const end = (Math.floor(at / slabBytes) + 1) * slabBytes;
  return at + size <= end ? at : end;
}

/** Where shared params lie. */
export function sharedLayout(params: readonly SharedParam[]): {
  readonly offsets: ReadonlyMap<string, number>;
  readonly bytes: number;
} {
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const param of params) {
    offsets.set(param.name, bytes);
    bytes += align(bytesOf(param));
  }
  return { offsets, bytes };
}

export function planMemory(
  buffers: ReadonlyMap<string, BufferInfo>,
  launches: readonly Launch[],
  assigned: ReadonlyMap<string, string>,
  options: PlanOptions,
): MemoryPlan {
  const alias = aliases(buffers, launches, assigned, options);
  const offsets = new Map<string, number>();
  const layout = sharedLayout(options.shared ?? []);
  for (const [name, offset] of layout.offsets)
    if (buffers.has(`param:${name}`)) offsets.set(`param:${name}`, offset);
  let top = layout.bytes;
  for (const info of buffers.values()) {
    if (!info.persistent || offsets.has(info.id)) continue;
    top = withinSlab(top, bytesOf(info), options.slabBytes);
    offsets.set(info.id, top);
    top = align(top + bytesOf(info));
  }
  const temporaryStart = top;
  const size = placeTemporaries(
    lifetimes(buffers, launches, alias, options),
    offsets,
    temporaryStart,
    options,
  );
  for (const id of buffers.keys()) {
    const root = find(alias, id);
    const offset = offsets.get(root);
    if (offset !== undefined) offsets.set(id, offset);
  }
  return { offsets, sharedBytes: layout.bytes, temporaryStart, size };
}

function find(alias: ReadonlyMap<string, string>, id: string): string {
  let root = id;
  for (let next = alias.get(root); next !== undefined; next = alias.get(root)) root = next;
  return root;
}

/** In-place results share their operand's memory when that operand is not needed afterwards. */
function aliases(
  buffers: ReadonlyMap<string, BufferInfo>,
  launches: readonly Launch[],
  assigned: ReadonlyMap<string, string>,
  options: PlanOptions,
): Map<string, string> {
  const alias = new Map<string, string>();
  const lastRead = new Map<string, number>();
  launches.forEach((launch, i) => {
    for (const id of launch.reads) lastRead.set(id, i);
  });
  const underway = waysTo(launches, assigned);
  launches.forEach((launch, i) => {
    for (const [written, read] of launch.inPlace) {
      const target = find(alias, read);
      if (alias.has(written) || target === find(alias, written)) continue;
      // Every name of that memory must be dead after this launch.
      const names = [...buffers.keys()].filter((id) => find(alias, id) === target);
      const dead = names.every((id) => (lastRead.get(id) ?? -1) <= i);
      const persistent = buffers.get(target)!.persistent;
      const allowed = persistent
        ? assigned.get(target) === written || underway.get(written) === target
        : options.reuse && !names.some((n) => options.keep.has(n));
      const fits = bytesOf(buffers.get(target)!) === bytesOf(buffers.get(written)!);
      const isOutput = options.keep.has(written) && !persistent;
      if (dead && allowed && fits && !buffers.get(written)!.persistent && !isOutput)
        alias.set(written, target);
    }
  });
  return alias;
}

/**
 * Buffers on the way to a param's new value: each is read by one launch, which can take it up in place and so hand on
 * the param's memory. By buffer, the param.
 */
function waysTo(
  launches: readonly Launch[],
  assigned: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const readers = new Map<string, number>();
  const source = new Map<string, string>();
  for (const launch of launches) {
    for (const id of new Set(launch.reads)) readers.set(id, (readers.get(id) ?? 0) + 1);
    for (const [written, read] of launch.inPlace) source.set(written, read);
  }
  const out = new Map<string, string>();
  for (const [param, last] of assigned) {
    for (let id = source.get(last); id !== undefined && id !== param; id = source.get(id)) {
      if (readers.get(id) !== 1) break;
      out.set(id, param);
    }
  }
  return out;
}

function lifetimes(
  buffers: ReadonlyMap<string, BufferInfo>,
  launches: readonly Launch[],
  alias: ReadonlyMap<string, string>,
  options: PlanOptions,
): Map<string, Lifetime> {
  const lives = new Map<string, Lifetime>();
  launches.forEach((launch, i) => {
    for (const id of [...launch.reads, ...launch.writes]) {
      const root = find(alias, id);
      const info = buffers.get(root)!;
      if (info.persistent) continue;
      const life = lives.get(root) ?? { size: align(bytesOf(info)), first: i, last: i };
      life.last = options.keep.has(id) ? launches.length : Math.max(life.last, i);
      lives.set(root, life);
    }
  });
  return lives;
}

/** Greedy by size: each buffer takes the lowest gap free during its whole life. Returns the arena size. */
function placeTemporaries(
  lives: ReadonlyMap<string, Lifetime>,
  offsets: Map<string, number>,
  start: number,
  options: PlanOptions,
): number {
  const placed: (Lifetime & { offset: number })[] = [];
  let size = start;
  const order = [...lives].sort(([, a], [, b]) => b.size - a.size || a.first - b.first);
  for (const [id, life] of order) {
    const rivals = placed
      .filter((p) => !options.reuse || (p.first <= life.last && life.first <= p.last))
      .sort((a, b) => a.offset - b.offset);
    const fit = (at: number) => withinSlab(at, life.size, options.slabBytes);
    let offset = fit(start);
    for (const rival of rivals) {
      if (offset + life.size <= rival.offset) break;
      offset = fit(Math.max(offset, rival.offset + rival.size));
    }
    offsets.set(id, offset);
    placed.push({ ...life, offset });
    size = Math.max(size, offset + life.size);
  }
  return size;
}
