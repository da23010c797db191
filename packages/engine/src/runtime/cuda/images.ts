// Compiled kernels, kept on disk by everything that decides their bytes: text, architecture, options. A machine
// without a compiler runs from a cache that another machine filled (`npm run gpu -- --bundle`).

import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceUnavailable } from '../device.ts';
import { COMPILE_OPTIONS, type CudaCompiler, type KernelUse, openNvrtc } from './nvrtc.ts';

export interface ImageOptions {
  readonly cacheDir: string;
  /** Looked in before the cache: images by key. */
  readonly shipped?: ReadonlyMap<string, Uint8Array>;
  /** Default: NVRTC, opened when the first image is missing. */
  readonly compiler?: CudaCompiler;
  /** Where to look for NVRTC first. */
  readonly libraries?: readonly string[];
}

export const imageKey = (text: string, arch: string): string =>
  createHash('sha256')
    .update(JSON.stringify([text, arch, COMPILE_OPTIONS]))
    .digest('hex')
    .slice(0, 32);

export interface Images {
  /** The image of a text for `sm_90` and the like; PTX for a lower architecture is taken where nothing else is. */
  image(text: string, arch: string): Uint8Array;
  /** What the assembler said about kernels compiled by this object. */
  readonly uses: readonly KernelUse[];
}

/** Machine code runs on later minor versions of the same major one; PTX on everything later. */
function shippedFor(
  shipped: ReadonlyMap<string, Uint8Array>,
  text: string,
  arch: string,
): Uint8Array | undefined {
  const version = Number(arch.slice(3));
  for (let v = version; v >= Math.floor(version / 10) * 10; v--) {
    const image = shipped.get(imageKey(text, `sm_${v}`));
    if (image) return image;
  }
  const ptx = [90, 80].find((v) => v <= version && shipped.has(imageKey(text, `compute_${v}`)));
  return ptx === undefined ? undefined : shipped.get(imageKey(text, `compute_${ptx}`));
}

/** An empty file is what a loss of power leaves of a new one. */
function readCached(path: string): Uint8Array | undefined {
  try {
    const image = readFileSync(path);
    return image.length > 0 ? image : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function openImages(options: ImageOptions): Images {
  const uses: KernelUse[] = [];
  let compiler = options.compiler;
  const compile = (text: string, arch: string): Uint8Array => {
    compiler ??= openNvrtc(options.libraries);
    if (!compiler) {
      throw new DeviceUnavailable(
        'The CUDA backend needs NVRTC (libnvrtc.so.12 or .13) to compile its kernels, and this machine has none. ' +
          'Install it with: pip install nvidia-cuda-nvrtc-cu12, or use the bundle that `npm run gpu -- --bundle` makes.',
      );
    }
    const compiled = compiler.compile(text, arch);
    uses.push(...compiled.uses);
    return compiled.image;
  };
  return {
    uses,
    image(text, arch) {
      const shipped = options.shipped && shippedFor(options.shipped, text, arch);
      if (shipped) return shipped;
      const path = join(options.cacheDir, `${imageKey(text, arch)}.cubin`);
      const cached = readCached(path);
      if (cached) return cached;
      const image = compile(text, arch);
      mkdirSync(options.cacheDir, { recursive: true });
      // Rename is atomic: another process that compiles the same text loses nothing.
      const work = `${path}.${randomUUID()}`;
      writeFileSync(work, image);
      renameSync(work, path);
      return image;
    },
  };
}
