// Which kernels the report needs: the report itself is run on a device that notes what each program consists of and
// then refuses to run it. The texts of those modules are what a bundle carries compiled.

import type { CudaDevice } from '../../runtime/cuda/cuda.ts';
import { compileCuda, cudaTarget, moduleTexts, type Precision } from '../../runtime/cuda/program-text.ts';
import type { CompileOptions, Trace } from '../../schedule/program.ts';
import { readGolden } from '../../testing/golden.ts';
import { REPORT_GOLDENS } from './data.ts';
import { makeReport } from './report.ts';

function recordingDevice(precision: Precision, cublasLt: boolean, texts: Set<string>): CudaDevice {
  const refuse = (): never => {
    throw new Error('recorded');
  };
  const compile = (trace: Trace, options?: CompileOptions) => {
    const program = compileCuda(trace, cudaTarget(precision, cublasLt), options);
    for (const { text } of moduleTexts(program)) texts.add(text);
    return refuse();
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
    dispose() {},
  };
}

/** Texts of every module of the report, with cuBLASLt and without. */
export function recordModules(): ReadonlySet<string> {
  const texts = new Set<string>();
  const goldens = new Map(REPORT_GOLDENS.map((name) => [name, readGolden(name)]));
  for (const available of [true, false]) {
    makeReport({ goldens, quick: false, progress() {} }, (precision, cublasLt) =>
      recordingDevice(precision, available && cublasLt !== false, texts),
    );
  }
  return texts;
}
