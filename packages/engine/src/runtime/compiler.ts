// Compiles C text with the system's compiler and keeps the objects in a cache directory, keyed by
// everything that decides their bytes: sources, compiler, flags and CPU.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { markUsed, prune } from './cache-folder.ts';
import { DeviceUnavailable } from './device.ts';

export interface CompilerOptions {
  /** Where compiled objects are kept; default ~/.cache/tsudoi/kernels. */
  readonly cacheDir?: string;
  /** Command of the C compiler (gcc or clang); default: the first of cc, gcc and clang that there is. */
  readonly compiler?: string;
  /** Bytes that the cache may take; what was used longest ago goes first. Default 256 MiB. */
  readonly cacheLimit?: number;
}

export const defaultCacheDir = (): string => join(homedir(), '.cache', 'tsudoi', 'kernels');

const COMMON = ['-O2', '-std=gnu17', '-fPIC', '-march=native', '-ffp-contract=fast', '-fno-math-errno'];
const VECTORS = ['-fno-trapping-math', '-Wno-psabi', '-w'];

const COMPILERS = ['cc', 'gcc', 'clang'];
const INSTALL = 'Install it with: sudo apt-get install gcc libc6-dev';
const ALTERNATIVE = 'or use a GPU through WebGPU.';

interface Toolchain {
  readonly command: string;
  readonly identity: string;
  readonly wideVectors: readonly string[];
}

const toolchains = new Map<string, Toolchain>();

/** The compiler's version and target, and the CPU's flags. */
function detectToolchain(asked: string | undefined): Toolchain {
  const known = toolchains.get(asked ?? '');
  if (known) return known;
  for (const command of asked === undefined ? COMPILERS : [asked]) {
    const version = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (version.error || version.status !== 0) continue;
    const cpu = cpuFlags();
    const wide = cpu.includes('avx512f') ? ['-mprefer-vector-width=512'] : [];
    const found = { command, identity: `${version.stdout}\n${cpu}`, wideVectors: wide };
    toolchains.set(asked ?? '', found);
    return found;
  }
  const name = asked ?? 'cc, gcc or clang';
  throw new DeviceUnavailable(`The CPU backend needs a C compiler (${name}). ${INSTALL}, ${ALTERNATIVE}`);
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
}

/** Compiles each argument after the flags in a process of its own, to a shared object. */
const BUILD = `
count=$1; shift; flags=; while [ "$count" -gt 0 ]; do flags="$flags $1"; shift; count=$((count - 1)); done
jobs=; for file in "$@"; do $CC $flags -shared -o "$file.so" "$file" -lm -lpthread -ldl & jobs="$jobs $!"; done
failed=0; for job in $jobs; do wait "$job" || failed=1; done; exit "$failed"
`;

/** Paths of shared objects, one of each source. Those that the cache lacks are compiled, all at the same time. */
export function compileShared(
  sources: readonly SourceFile[],
  headers: readonly SourceFile[],
  options: CompilerOptions,
): string[] {
  const { command, identity, wideVectors } = detectToolchain(options.compiler);
  const flags = [...COMMON, ...VECTORS, ...wideVectors];
  const cache = options.cacheDir ?? defaultCacheDir();
  const target = (source: SourceFile) => {
    const decides = JSON.stringify([identity, flags, headers, source]);
    return join(cache, `${createHash('sha256').update(decides).digest('hex').slice(0, 32)}.so`);
  };
  const targets = sources.map(target);
  const missing = sources.filter((_, i) => !markUsed(targets[i]));
  if (missing.length === 0) return targets;
  mkdirSync(cache, { recursive: true });
  const work = join(cache, `build-${randomUUID()}`);
  mkdirSync(work);
  try {
    for (const file of [...missing, ...headers]) writeFileSync(join(work, file.name), file.text);
    const build = BUILD.replaceAll('$CC', command);
    const args = [`${flags.length}`, ...flags, ...missing.map((source) => source.name)];
    const result = spawnSync('/bin/sh', ['-c', build, 'build', ...args], { cwd: work, encoding: 'utf8' });
    if (result.status !== 0) throw new DeviceUnavailable(compileFailure(result.stderr));
    // Rename is atomic: another process that compiles the same text loses nothing.
    for (const source of missing) renameSync(join(work, `${source.name}.so`), target(source));
    prune(cache, options.cacheLimit);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return targets;
}

/**
 * Compiles and loads. `load` gives undefined where that fails: another process may have removed the file since, and what
 * a loss of power cut short is made again, once.
 * @throws DeviceUnavailable when a file that was just made cannot be loaded
 */
export function loadShared<T>(
  sources: readonly SourceFile[],
  headers: readonly SourceFile[],
  options: CompilerOptions,
  load: (path: string) => T | undefined,
): T[] {
  const damaged = new Set<string>();
  for (;;) {
    const paths = compileShared(sources, headers, options);
    const loaded = paths.map(load);
    if (!loaded.includes(undefined)) return loaded as T[];
    for (const path of paths.filter((path, i) => loaded[i] === undefined && existsSync(path))) {
      if (damaged.has(path)) throw new DeviceUnavailable(`cannot load compiled kernels from ${path}`);
      damaged.add(path);
      rmSync(path, { force: true });
    }
  }
}

function compileFailure(stderr: string): string {
  const missingHeader = /fatal error: (stdint|string|math|pthread)\.h/.test(stderr);
  if (missingHeader) return `The C compiler has no system headers. ${INSTALL}`;
  return `The C compiler refused a kernel: ${stderr.slice(0, 2000)}`;
}
