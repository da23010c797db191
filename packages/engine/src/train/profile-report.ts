// What a profiled step says: a trace for chrome://tracing or Perfetto, and a table of kernels against the roof.

import type { LaunchProfile } from '../runtime/device.ts';

/** Trace Event Format: complete events back to back, in microseconds. */
export function chromeTrace(launches: readonly LaunchProfile[], name: string): string {
  let at = 0;
  const events = launches.map(({ symbol, milliseconds, flops }, i) => {
    const dur = milliseconds * 1000;
    const event = {
      name: symbol,
      ph: 'X',
      pid: 1,
      tid: 1,
      ts: at,
      dur,
      args: { launch: i, gflops: flops / 1e9 },
    };
    at += dur;
    return event;
  });
  const title = { name: 'process_name', ph: 'M', pid: 1, args: { name } };
  return `${JSON.stringify({ traceEvents: [title, ...events], displayTimeUnit: 'ms' })}\n`;
}

export interface KernelRow {
  readonly symbol: string;
  readonly launches: number;
  readonly milliseconds: number;
  /** Of the whole step, 0..1. */
  readonly share: number;
  /** Counted flops over time; 0 where the kernel only moves data. */
  readonly gflopsPerSecond: number;
  /** Of the measured roof, 0..1. */
  readonly ofRoof: number;
}

/** One row a kernel, the longest first. `roof` in flops per second. */
export function kernelTable(launches: readonly LaunchProfile[], roof: number): KernelRow[] {
  const total = launches.reduce((n, l) => n + l.milliseconds, 0);
  const sums = new Map<string, { launches: number; milliseconds: number; flops: number }>();
  for (const { symbol, milliseconds, flops } of launches) {
    const sum = sums.get(symbol) ?? { launches: 0, milliseconds: 0, flops: 0 };
    sums.set(symbol, {
      launches: sum.launches + 1,
      milliseconds: sum.milliseconds + milliseconds,
      flops: sum.flops + flops,
    });
  }
  const rows = [...sums].map(([symbol, { launches: count, milliseconds, flops }]) => {
    const rate = milliseconds > 0 ? flops / (milliseconds / 1000) : 0;
    const shares = { share: total > 0 ? milliseconds / total : 0, ofRoof: rate / roof };
    return { symbol, launches: count, milliseconds, gflopsPerSecond: rate / 1e9, ...shares };
  });
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

export function printKernelTable(rows: readonly KernelRow[], roof: number): string {
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  const line = (...cells: string[]) =>
    cells.map((c, i) => (i === 0 ? c.padEnd(26) : c.padStart(11))).join('');
  return [
    line('kernel', 'launches', 'ms', 'of step', 'GFLOP/s', 'of roof'),
    ...rows.map((r) =>
      line(
        r.symbol,
        String(r.launches),
        r.milliseconds.toFixed(3),
        percent(r.share),
        r.gflopsPerSecond > 0 ? r.gflopsPerSecond.toFixed(1) : '-',
        r.gflopsPerSecond > 0 ? percent(r.ofRoof) : '-',
      ),
    ),
    `roof: ${(roof / 1e9).toFixed(1)} GFLOP/s, the best of several products of 1024 x 1024 matrices`,
  ].join('\n');
}
