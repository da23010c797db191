// What a profiled step says: a trace for chrome://tracing or Perfetto, and a table of kernels against the roof.

import type { LaunchProfile } from '../runtime/device.ts';
import type { Roof } from './roof.ts';

/** Trace Event Format: complete events back to back, in microseconds. */
export function chromeTrace(launches: readonly LaunchProfile[], name: string): string {
  let at = 0;
  const events = launches.map(({ symbol, milliseconds, flops, bytes }, i) => {
    const dur = milliseconds * 1000;
    const event = {
      name: symbol,
      ph: 'X',
      pid: 1,
      tid: 1,
      ts: at,
      dur,
      args: { launch: i, gflops: flops / 1e9, megabytes: bytes / 1e6 },
    };
    at += dur;
    return event;
  });
  const title = { name: 'process_name', ph: 'M', pid: 1, args: { name } };
  return `${JSON.stringify({ traceEvents: [title, ...events], displayTimeUnit: 'ms' })}\n`;
}

export interface KernelRow {
  readonly symbol: string;
  /** In a whole step, every accumulated batch counted. */
  readonly launches: number;
  readonly milliseconds: number;
  /** Of the whole step, 0..1. */
  readonly share: number;
  /** Counted flops over time; 0 where the kernel only moves data. */
  readonly gflopsPerSecond: number;
  /** Operands and results over time, each counted once. */
  readonly gigabytesPerSecond: number;
  /** What bounds the kernel: the roof it is nearer to. */
  readonly bound: 'arithmetic' | 'memory';
  /** Of that roof, 0..1; above 1 where the operands lie in a cache. */
  readonly ofRoof: number;
}

/** One row a kernel, the longest first. `accumulation`: how often the repeated part of the program runs in a step. */
export function kernelTable(launches: readonly LaunchProfile[], roof: Roof, accumulation = 1): KernelRow[] {
  const sums = new Map<string, { launches: number; milliseconds: number; flops: number; bytes: number }>();
  let total = 0;
  for (const { symbol, milliseconds, flops, bytes, repeated } of launches) {
    const times = repeated ? accumulation : 1;
    const sum = sums.get(symbol) ?? { launches: 0, milliseconds: 0, flops: 0, bytes: 0 };
    sums.set(symbol, {
      launches: sum.launches + times,
      milliseconds: sum.milliseconds + times * milliseconds,
      flops: sum.flops + times * flops,
      bytes: sum.bytes + times * bytes,
    });
    total += times * milliseconds;
  }
  const rows = [...sums].map(([symbol, { launches: count, milliseconds, flops, bytes }]): KernelRow => {
    const rate = (work: number) => (milliseconds > 0 ? work / (milliseconds / 1000) : 0);
    const arithmetic = rate(flops) / roof.flopsPerSecond;
    const memory = rate(bytes) / roof.bytesPerSecond;
    return {
      ...{ symbol, launches: count, milliseconds, share: total > 0 ? milliseconds / total : 0 },
      gflopsPerSecond: rate(flops) / 1e9,
      gigabytesPerSecond: rate(bytes) / 1e9,
      bound: arithmetic >= memory ? 'arithmetic' : 'memory',
      ofRoof: Math.max(arithmetic, memory),
    };
  });
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

export function printKernelTable(rows: readonly KernelRow[], roof: Roof): string {
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  const line = (...cells: string[]) =>
    cells.map((c, i) => (i === 0 ? c.padEnd(26) : c.padStart(11))).join('');
  return [
    line('kernel', 'launches', 'ms', 'of step', 'GFLOP/s', 'GB/s', 'bound', 'of roof'),
    ...rows.map((r) =>
      line(
        r.symbol,
        String(r.launches),
        r.milliseconds.toFixed(3),
        percent(r.share),
        r.gflopsPerSecond > 0 ? r.gflopsPerSecond.toFixed(1) : '-',
        r.gigabytesPerSecond.toFixed(1),
        r.bound,
        percent(r.ofRoof),
      ),
    ),
    `roofs: ${(roof.flopsPerSecond / 1e9).toFixed(1)} GFLOP/s, the best of several products of 1024 x 1024 matrices; ${(roof.bytesPerSecond / 1e9).toFixed(1)} GB/s, the best of several sums of vectors of 64 MiB`,
  ].join('\n');
}
