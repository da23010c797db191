// The whole report: what the machine is, what is right, how fast it is. One JSON file and one table for people.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CudaOptions, openCuda } from '../../runtime/cuda/cuda.ts';
import { openNvrtc } from '../../runtime/cuda/nvrtc.ts';
import type { ModelGolden } from '../../testing/golden.ts';
import { type Check, correctness, type OpenDevice } from './correctness.ts';
import { gpt2, llama1b } from './reference.ts';
import {
  attentionSpeed,
  copyBandwidth,
  gemmSpeed,
  type KernelTime,
  optimiserSpeed,
  rowCaseNames,
  rowSpeed,
  type Speed,
  stepProfile,
  trainSpeed,
} from './speed.ts';

export interface ReportOptions extends CudaOptions {
  readonly goldens: ReadonlyMap<string, ModelGolden>;
  /** Smaller sizes and no 1.3 B model. */
  readonly quick: boolean;
  readonly progress: (line: string) => void;
}

export interface Report {
  readonly machine: Readonly<Record<string, string | number | null>>;
  readonly checks: readonly Check[];
  readonly copyGBs: number;
  readonly speeds: readonly Speed[];
  /** The costliest kernels of a GPT-2 step. */
  readonly profile: readonly KernelTime[];
  /** What could not be measured and why. */
  readonly problems: readonly string[];
  readonly seconds: number;
  readonly ok: boolean;
}

export function makeReport(
  options: ReportOptions,
  open: OpenDevice = (precision, cublasLt, group) => openCuda({ ...options, precision, cublasLt, group }),
): Report {
  const start = performance.now();
  const { quick, progress } = options;
  const device = open('bf16');
  const machine = {
    gpu: device.info.name,
    arch: device.info.arch,
    memoryGiB: Number((device.info.memoryBytes / 2 ** 30).toFixed(1)),
    multiprocessors: device.info.multiprocessors,
    driver: device.info.driverVersion,
    cublasLt: device.cublasLt ?? null,
    nvrtc: openNvrtc(options.libraries)?.version ?? null,
    node: process.version,
  };
  progress(JSON.stringify(machine));
  const checks = correctness(open, options.goldens, progress, options.libraries);
  const speeds: Speed[] = [];
  const problems: string[] = [];
  const measure = (what: string, body: () => readonly Speed[]) => {
    try {
      for (const speed of body()) {
        speeds.push(speed);
        progress(`${speed.case}: ${speed.value.toPrecision(4)} ${speed.unit} ${speed.note ?? ''}`);
      }
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      progress(`FAIL ${problems[problems.length - 1]}`);
    }
  };
  const using = (body: (d: ReturnType<OpenDevice>) => readonly Speed[], cublasLt?: boolean) => () => {
    const own = open('bf16', cublasLt);
    try {
      return body(own);
    } finally {
      own.dispose();
    }
  };
  const figure = <T>(what: string, otherwise: T, body: () => T): T => {
    try {
      return body();
    } catch (error) {
      problems.push(`${what}: ${(error as Error).message}`);
      return otherwise;
    }
  };
  const roof = figure('copy bandwidth', Number.NaN, () => copyBandwidth(device));
  const sizes = quick ? [1024, 4096] : [1024, 2048, 4096, 8192];
  measure(
    'gemm',
    using((d) => gemmSpeed(d, sizes), false),
  );
  if (device.cublasLt)
    measure(
      'gemm by cuBLASLt',
      using((d) => gemmSpeed(d, sizes)),
    );
  measure(
    'attention',
    using((d) => attentionSpeed(d, quick ? [1024] : [1024, 2048, 4096])),
  );
  measure(
    'rows',
    using((d) => [...rowCaseNames.map((name) => rowSpeed(d, roof, name)), optimiserSpeed(d, roof)]),
  );
  measure('GPT-2', () => trainSpeed(open('bf16'), gpt2));
  measure('GPT-2, own products', () =>
    trainSpeed(open('bf16', false), { ...gpt2, name: `${gpt2.name}, own products` }, 8),
  );
  if (!quick) measure('Llama', () => trainSpeed(open('bf16'), llama1b));
  const profile = figure('profile', [], () => stepProfile(open('bf16'), gpt2).slice(0, 20));
  device.dispose();
  const ok = problems.length === 0 && checks.every((c) => c.ok);
  return {
    machine,
    checks,
    copyGBs: roof,
    speeds,
    profile,
    problems,
    seconds: (performance.now() - start) / 1000,
    ok,
  };
}

export function tableOf(report: Report): string {
  const wrong = report.checks.filter((c) => !c.ok);
  const lines = [
    Object.entries(report.machine)
      .map(([key, value]) => `${key} ${value ?? 'none'}`)
      .join(', '),
    `${report.checks.length - wrong.length} of ${report.checks.length} checks hold`,
    ...wrong.map((c) => `  FAIL ${c.name}: ${c.problem}`),
    `copy ${report.copyGBs.toFixed(0)} GB/s`,
    ...report.speeds.map(
      (s) =>
        `${s.group.padEnd(10)}${s.case.padEnd(52)}${s.value.toPrecision(4).padStart(9)} ${s.unit.padEnd(9)}` +
        `${s.milliseconds.toFixed(3).padStart(10)} ms  ${s.note ?? ''}`,
    ),
    'a step of GPT-2, the costliest kernels:',
    ...report.profile.map(
      (p) => `  ${p.milliseconds.toFixed(3).padStart(9)} ms ${String(p.launches).padStart(4)} x ${p.symbol}`,
    ),
    ...report.problems.map((p) => `not measured: ${p}`),
    `${report.seconds.toFixed(0)} s`,
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

export function writeReport(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'gpu-report.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(folder, 'gpu-report.txt'), tableOf(report));
}
