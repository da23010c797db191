// Which kernels the report needs: the report itself is run on a device that compiles programs and computes nothing.
// What it measures and checks is meaningless there; the texts of its modules are what a bundle carries compiled.

import { numel } from '../../core/shape.ts';
import type { CudaDevice, CudaProgram } from '../../runtime/cuda/cuda.ts';
import { compileCuda, cudaTarget, moduleTexts, type Precision } from '../../runtime/cuda/program-text.ts';
import type { CompileOptions, Trace } from '../../schedule/program.ts';
import { readGolden } from '../../testing/golden.ts';
import { REPORT_GOLDENS } from './data.ts';
import { makeReport } from './report.ts';

const nothing = () => {};

function recordingDevice(precision: Precision, cublasLt: boolean, texts: Set<string>): CudaDevice {
  const refuse = (): never => {
    throw new Error('a recording device has no driver');
  };
  const compile = (trace: Trace, options?: CompileOptions): CudaProgram => {
    const program = compileCuda(trace, cudaTarget(precision, cublasLt), options);
    for (const { text } of moduleTexts(program)) texts.add(text);
    const sizeOf = (name: string) => (program.outputs.get(name)?.node ?? program.params.get(name)!).shape;
    return {
      ...{ program, arenaBytes: program.plan.size, launchCount: program.launches.length, stream: 0 },
      ...{ write: nothing, run: nothing, start: nothing, finish: nothing, poison: nothing, dispose: nothing },
      has: (name) => program.params.has(name),
      read: (name) => new Float32Array(numel(sizeOf(name))),
      profile: () => [],
      address: () => 0,
    };
  };
  return {
    name: 'cuda',
    info: {
      ...{
        name: 'recording',
        arch: 'sm_80',
        memoryBytes: 0,
        multiprocessors: 0,
        sharedBytes: 0,
        clockKHz: 0,
      },
      driverVersion: 0,
    },
    cublasLt: cublasLt ? 'recording' : undefined,
    images: { uses: [], image: refuse },
    get driver() {
      return refuse();
    },
    compile,
    dispose: nothing,
  };
}

/** Texts of every module of the report, with cuBLASLt and without. */
export function recordModules(): ReadonlySet<string> {
  const texts = new Set<string>();
  const goldens = new Map(REPORT_GOLDENS.map((name) => [name, readGolden(name)]));
  for (const available of [true, false]) {
    makeReport({ goldens, quick: false, progress: nothing }, (precision, cublasLt) =>
      recordingDevice(precision, available && cublasLt !== false, texts),
    );
  }
  return texts;
}
