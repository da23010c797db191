import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barChart, lineChart } from './plots.ts';
import { ticks } from './svg.ts';

const chart = {
  title: '損失 <loss> & "steps"',
  xLabel: 'ステップ',
  yLabel: '損失（nats）',
  series: [
    {
      name: '訓練',
      points: [
        [0, 9.1],
        [100, 5.5],
        [200, 4.25],
      ] as [number, number][],
    },
    {
      name: 'held out',
      points: [
        [0, 9.2],
        [200, 4.5],
      ] as [number, number][],
    },
  ],
};

/** Fails on tags that do not nest or on a bare ampersand; enough for markup we write ourselves. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of svg.matchAll(/<(\/?)([\w]+)([^>]*)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!rest.endsWith('/')) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg).not.toMatch(/&(?!(amp|lt|gt|quot|apos);)/);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
}

describe('charts', () => {
  it('carry title, description with the figures, axis labels and one path a series', () => {
    const svg = lineChart(chart);
    assertWellFormed(svg);
    expect(svg).toContain('損失 &lt;loss&gt; &amp; &quot;steps&quot;</title>');
    expect(svg).toMatch(/<desc[^>]*>.*訓練: 9.1 → 4.25 .*held out: 9.2 → 4.5/);
    expect(svg).toContain('>ステップ</text>');
    expect(svg.match(/<path class="line/g)).toHaveLength(2);
    expect(svg).toMatch(/aria-labelledby="(\w+)t \1d"/);
  });

  it('follow the light or dark setting and can stand side by side in one page', () => {
    const other = lineChart({ ...chart, title: 'b' });
    expect(other).toContain('prefers-color-scheme:dark');
    const idOf = (svg: string) => /id="(\w+)"/.exec(svg)![1];
    expect(idOf(other)).not.toBe(idOf(lineChart(chart)));
    expect(lineChart(chart)).toBe(lineChart(chart));
  });

  it('stay well formed for any names and numbers', () => {
    const value = fc.oneof(fc.double(), fc.integer({ min: -1000, max: 1000 }));
    const name = fc.string({ unit: 'binary', maxLength: 12 });
    const series = fc.record({ name, points: fc.array(fc.tuple(value, value), { maxLength: 5 }) });
    const sane = (x: number) => !(Math.abs(x) > 1e100 || (x !== 0 && Math.abs(x) < 1e-100));
    fc.assert(
      fc.property(name, fc.array(series, { maxLength: 8 }), (title, list) => {
        fc.pre(list.every(({ points }) => points.every(([x, y]) => sane(x) && sane(y))));
        const svg = lineChart({ title: `t${title}`, xLabel: 'x', yLabel: 'y', series: list });
        expect(svg.replace(/<text.*?<\/text>|<(title|desc).*?<\/\1>/gs, '')).not.toMatch(
          /NaN|Infinity|undefined/,
        );
        const bars = list.map((s) => ({ name: s.name, value: s.points[0]?.[0] ?? 0 }));
        const bar = barChart({ title: 'b', valueLabel: 'v', bars });
        expect(bar.replace(/<text.*?<\/text>|<(title|desc).*?<\/\1>/gs, '')).not.toMatch(
          /NaN|Infinity|undefined/,
        );
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('draw bars in proportion from zero and mark the highlighted one', () => {
    const svg = barChart({
      title: 'ビット／バイト',
      valueLabel: 'bits per byte',
      bars: [
        { name: 'gzip -9', value: 2 },
        { name: '私たち', value: 1 },
      ],
      highlight: 1,
    });
    assertWellFormed(svg);
    const widths = [...svg.matchAll(/<rect class="(f\d)".* width="([\d.]+)"/g)].map(([, c, w]) => [
      c,
      Number(w),
    ]);
    expect(widths.map(([c]) => c)).toEqual(['f0', 'f1']);
    expect(Number(widths[0][1])).toBeCloseTo(2 * Number(widths[1][1]), 0);
  });

  it('have ticks that are round and enclose the data', () => {
    expect(ticks(0, 200, 7)).toEqual([0, 50, 100, 150, 200]);
    expect(ticks(1.3, 1.9, 6)).toEqual([1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9]);
    expect(ticks(5, 5, 5)).toEqual([5, 6]);
    expect(ticks(0, 0, 5)[0]).toBe(0);
  });
});
