// NVRTC, NVIDIA's run-time compiler, through koffi: CUDA C text to a cubin (or PTX) in memory. It needs no GPU.

import { loadLibrary } from './libraries.ts';

export class CudaCompileError extends Error {
  override name = 'CudaCompileError';
}

/** Registers, spills and static shared memory of one kernel, as the assembler reports them. */
export interface KernelUse {
  readonly kernel: string;
  readonly arch: string;
  readonly registers: number;
  readonly spillStores: number;
  readonly spillLoads: number;
  readonly sharedBytes: number;
}

export interface Compiled {
  readonly image: Uint8Array;
  readonly uses: readonly KernelUse[];
}

export interface CudaCompiler {
  readonly version: string;
  /** `arch` is `sm_90` for machine code or `compute_90` for PTX that a newer driver assembles. */
  compile(text: string, arch: string): Compiled;
}

export const COMPILE_OPTIONS: readonly string[] = [
  '--std=c++17',
  '-default-device',
  '--ptxas-options=-v',
  '-diag-suppress=177',
];

const NAMES = ['libnvrtc.so.13', 'libnvrtc.so.12', 'libnvrtc.so.11.2', 'libnvrtc.so'];

/** ptxas -v: one paragraph a kernel. */
export function parseUses(log: string, arch: string): KernelUse[] {
  const uses: KernelUse[] = [];
  let kernel = '';
  let spills = [0, 0];
  for (const line of log.split('\n')) {
    const entry = /Compiling entry function '([^']+)'/.exec(line);
    if (entry) [kernel, spills] = [entry[1], [0, 0]];
    const spill = /(\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line);
    if (spill) spills = [Number(spill[1]), Number(spill[2])];
    const used = /Used (\d+) registers/.exec(line);
    if (!used || !kernel) continue;
    const shared = /(\d+) bytes smem/.exec(line);
    uses.push({
      ...{ kernel, arch, registers: Number(used[1]), sharedBytes: Number(shared?.[1] ?? 0) },
      ...{ spillStores: spills[0], spillLoads: spills[1] },
    });
    kernel = '';
  }
  return uses;
}

/** Opens NVRTC, or gives undefined where the machine has none. `places` are looked in first. */
export function openNvrtc(places: readonly string[] = []): CudaCompiler | undefined {
  const lib = loadLibrary(NAMES, places);
  if (!lib) return undefined;
  const version = lib.func('int nvrtcVersion(_Out_ int *major, _Out_ int *minor)');
  const create = lib.func(
    'int nvrtcCreateProgram(_Out_ int64_t *program, const char *text, const char *name, int n, void *headers, void *names)',
  );
  const compileProgram = lib.func('int nvrtcCompileProgram(int64_t program, int n, const char **options)');
  const size = (what: string) => lib.func(`int nvrtcGet${what}Size(int64_t program, _Out_ size_t *size)`);
  const bytes = (what: string) => lib.func(`int nvrtcGet${what}(int64_t program, _Out_ uint8_t *bytes)`);
  const sizes = { ProgramLog: size('ProgramLog'), CUBIN: size('CUBIN'), PTX: size('PTX') };
  const contents = { ProgramLog: bytes('ProgramLog'), CUBIN: bytes('CUBIN'), PTX: bytes('PTX') };
  const destroy = lib.func('int nvrtcDestroyProgram(_Inout_ int64_t *program)');
  const fetch = (program: number, what: keyof typeof sizes): Uint8Array => {
    const length = [0];
    sizes[what](program, length);
    const out = new Uint8Array(Number(length[0]));
    contents[what](program, out);
    return out;
  };
  const [major, minor] = [[0], [0]];
  version(major, minor);
  return {
    version: `NVRTC ${major[0]}.${minor[0]}`,
    compile(text, arch) {
      const handle = [0];
      if (create(handle, text, 'kernel.cu', 0, null, null) !== 0) {
        throw new CudaCompileError('NVRTC could not make a program: out of memory');
      }
      const options = [`--gpu-architecture=${arch}`, ...COMPILE_OPTIONS];
      const program = handle[0];
      try {
        const status = compileProgram(program, options.length, options);
        const log = Buffer.from(fetch(program, 'ProgramLog')).toString('utf8').replace(/\0+$/, '');
        if (status !== 0)
          throw new CudaCompileError(`NVRTC refused a kernel for ${arch}: ${log.slice(0, 2000)}`);
        const image = fetch(program, arch.startsWith('sm_') ? 'CUBIN' : 'PTX');
        return { image, uses: parseUses(log, arch) };
      } finally {
        destroy(handle);
      }
    },
  };
}
