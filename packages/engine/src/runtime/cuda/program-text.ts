// The CUDA target of the compiler, and the texts of all kernels a program needs: one module for those generated
// for it, and one for each template instance, which programs share.

import { takesEpilogue } from '../../kernels/cuda/epilogue.ts';
import { epilogueOf, instanceText, prelude } from '../../kernels/cuda/instances.ts';
import { copyLaunch, type Element } from '../../kernels/cuda/operands.ts';
import { bfloat16Buffers } from '../../kernels/cuda/precision.ts';
import { cudaTemplates } from '../../kernels/cuda/templates.ts';
import { cudaDialect } from '../../print/dialects/cuda.ts';
import { printGpuKernel } from '../../print/gpu-kernel.ts';
import { isVectorizable, printVectorKernel } from '../../print/gpu-vector.ts';
import type { BackendTarget } from '../../schedule/emitter.ts';
import type { Launch } from '../../schedule/launch.ts';
import { type CompileOptions, compileProgram, type Program, type Trace } from '../../schedule/program.ts';

export type Precision = 'bf16' | 'f32';

export const CUBLAS = 'cublaslt';

export function cudaTarget(precision: Precision, cublasLt: boolean): BackendTarget {
  return {
    templates: cudaTemplates({ precision, cublasLt }),
    takesEpilogue: takesEpilogue(cublasLt),
    print: (kernel) =>
      isVectorizable(kernel) ? printVectorKernel(kernel, cudaDialect) : printGpuKernel(kernel, cudaDialect),
    ...(precision === 'bf16'
      ? {
          bfloat16: bfloat16Buffers,
          readsShadow: (op: string, operand: number) =>
            (op === 'matmul' && operand < 2) || (op === 'gather' && operand === 0),
        }
      : {}),
  };
}

/** A program for CUDA: every launch has a grid, and state copies are kernels like the others. */
export function compileCuda(trace: Trace, target: BackendTarget, options: CompileOptions = {}): Program {
  const program = compileProgram(trace, target, options);
  const element = (buffer: string): Element =>
    program.buffers.get(buffer)!.storage === 'bf16' ? 'bf16' : 'float';
  const launches = program.launches.map((launch): Launch => {
    if (launch.symbol !== 'ts_copy') return launch;
    const [from, to] = [launch.reads[0], launch.writes[0]];
    return copyLaunch(from, to, program.buffers.get(to)!.elements, [element(from), element(to)]);
  });
  return { ...program, launches };
}

export interface ModuleText {
  readonly text: string;
  readonly symbols: readonly string[];
}

/** Modules of a program, in a fixed order. */
export function moduleTexts(program: Program): ModuleText[] {
  const instances = [...new Set(program.launches.map((l) => l.symbol))].filter(
    (symbol) => !program.kernels.has(symbol) && symbol !== CUBLAS,
  );
  const out: ModuleText[] = instances.map((symbol) => {
    const epilogue = epilogueOf(symbol);
    return { text: instanceText(symbol, epilogue && program.kernels.get(epilogue)), symbols: [symbol] };
  });
  const epilogues = new Set(instances.map(epilogueOf));
  const generated = [...program.kernels].filter(([symbol]) => !epilogues.has(symbol));
  if (generated.length > 0) {
    const text = [prelude(), ...generated.map(([, kernel]) => kernel)].join('\n');
    out.push({ text, symbols: generated.map(([symbol]) => symbol) });
  }
  return out;
}
