// Compiles C text with the system's compiler and keeps the objects in a cache directory, keyed by
// everything that decides their bytes: sources, compiler, flags and CPU.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DeviceUnavailable } from './device.ts';

export interface CompilerOptions {
  /** Where compiled objects are kept; default ~/.cache/tsudoi/kernels. */
  readonly cacheDir?: string;
}

export const defaultCacheDir = (): string => join(homedir(), '.cache', 'tsudoi', 'kernels');

const COMMON = ['-std=gnu17', '-shared', '-fPIC', '-march=native', '-ffp-contract=fast', '-fno-math-errno'];
const VECTORS = ['-fno-trapping-math', '-Wno-psabi', '-w'];

const INSTALL = 'Install it with: sudo apt-get install gcc libc6-dev';

interface Toolchain {
  readonly identity: string;
  readonly wideVectors: readonly string[];
}

let toolchain: Toolchain | undefined;

/** The compiler's version and target, and the CPU's flags. */
function detectToolchain(): Toolchain {
  if (toolchain) return toolchain;
  const version = spawnSync('cc', ['--version'], { encoding: 'utf8' });
  if (version.error || version.status !== 0) {
    throw new DeviceUnavailable(`The CPU backend needs a C compiler named cc. ${INSTALL}`);
  }
  const cpu = cpuFlags();
  const wide = cpu.includes('avx512f') ? ['-mprefer-vector-width=512'] : [];
  toolchain = { identity: `${version.stdout}\n${cpu}`, wideVectors: wide };
  return toolchain;
}

function cpuFlags(): string {
  try {
    const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
    return lines.find((line) => /^(flags|Features)\s*:/.test(line)) ?? '';
  } catch {
    return execFileSync('uname', ['-mp'], { encoding: 'utf8' });
  }
}

export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Headers are written beside the sources but not compiled by themselves. */
  readonly header?: boolean;
}

/** Path of a shared object built from the sources; compiled only when the cache has none. */
export function compileShared(
  sources: readonly SourceFile[],
  optimisation: '-O2' | '-O3',
  options: CompilerOptions,
): string {
  const { identity, wideVectors } = detectToolchain();
  const flags = [optimisation, ...COMMON, ...VECTORS, ...wideVectors];
  const hash = createHash('sha256')
    .update(JSON.stringify([identity, flags, sources]))
    .digest('hex')
    .slice(0, 32);
  const cache = options.cacheDir ?? defaultCacheDir();
  const target = join(cache, `${hash}.so`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const work = join(cache, `build-${randomUUID()}`);
  mkdirSync(work);
  try {
    for (const file of sources) writeFileSync(join(work, file.name), file.text);
    const inputs = sources.filter((f) => !f.header).map((f) => f.name);
    const result = spawnSync('cc', [...flags, '-o', 'out.so', ...inputs, '-lm', '-lpthread', '-ldl'], {
      cwd: work,
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new DeviceUnavailable(compileFailure(result.stderr));
    // Rename is atomic: another process that compiles the same text loses nothing.
    renameSync(join(work, 'out.so'), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}

function compileFailure(stderr: string): string {
  const missingHeader = /fatal error: (stdint|string|math|pthread)\.h/.test(stderr);
  if (missingHeader) return `The C compiler has no system headers. ${INSTALL}`;
  return `The C compiler refused a kernel: ${stderr.slice(0, 2000)}`;
}
