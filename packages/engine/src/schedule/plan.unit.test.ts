import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BufferInfo, Launch } from './launch.ts';
import { planMemory } from './plan.ts';

const launch = (reads: string[], writes: string[], inPlace: [string, string][] = []): Launch => ({
  ...{ symbol: 'k', args: [], tasks: 1, scratch: 0, flops: 0 },
  ...{ reads, writes, inPlace },
});

const buffers = (sizes: Record<string, number>, persistent: string[] = []) =>
  new Map<string, BufferInfo>(
    Object.entries(sizes).map(([id, elements]) => [
      id,
      { id, elements, dtype: 'f32', persistent: persistent.includes(id) },
    ]),
  );

const options = { reuse: true, keep: new Set<string>() };

describe('memory plan', () => {
  it('never gives two living values the same memory', () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: 500 }),
      from: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
      inPlace: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), fc.boolean(), (steps, reuse) => {
        const sizes: Record<string, number> = {};
        const launches = steps.map((s, i) => {
          sizes[`t${i}`] = s.size;
          const reads = [...new Set(s.from.filter((k) => k < i).map((k) => `t${k}`))];
          return launch(reads, [`t${i}`], s.inPlace && reads.length > 0 ? [[`t${i}`, reads[0]]] : []);
        });
        const keep = new Set([`t${steps.length - 1}`]);
        const plan = planMemory(buffers(sizes), launches, new Map(), { reuse, keep });
        // Replay: writing a value must not touch memory of a value that is read later.
        const owner = new Map<string, [number, number]>();
        launches.forEach((l, i) => {
          const [written] = l.writes;
          const from = plan.offsets.get(written)!;
          const to = from + 4 * sizes[written];
          expect(to).toBeLessThanOrEqual(plan.size);
          for (const [other, [a, b]] of owner) {
            const later = launches.slice(i + 1).some((x) => x.reads.includes(other)) || keep.has(other);
            const now = l.reads.includes(other) && !l.inPlace.some(([, r]) => r === other);
            if (later || now) expect(to <= a || from >= b).toBe(true);
          }
          owner.set(written, [from, to]);
        });
      }),
    );
  });

  it('lets a chain of equal values live in two places, and in one when in place is allowed', () => {
    const sizes = { a: 64, b: 64, c: 64, d: 64 };
    const chain = (inPlace: boolean) =>
      ['a', 'b', 'c', 'd'].map((id, i, all) =>
        launch(i > 0 ? [all[i - 1]] : [], [id], inPlace && i > 0 ? [[id, all[i - 1]]] : []),
      );
    expect(planMemory(buffers(sizes), chain(false), new Map(), options).size).toBe(2 * 256);
    expect(planMemory(buffers(sizes), chain(true), new Map(), options).size).toBe(256);
    expect(planMemory(buffers(sizes), chain(true), new Map(), { ...options, reuse: false }).size).toBe(
      4 * 256,
    );
  });

  it('updates state in place only after its last reader', () => {
    const sizes = { s: 8, t: 8, late: 8 };
    const update = launch(['s'], ['t'], [['t', 's']]);
    const assigned = new Map([['s', 't']]);
    const place = (launches: Launch[]) =>
      planMemory(buffers(sizes, ['s']), launches, assigned, options).offsets;
    const early = place([update]);
    expect(early.get('t')).toBe(early.get('s'));
    const read = place([update, launch(['s'], ['late'])]);
    expect(read.get('t')).not.toBe(read.get('s'));
  });
});
