// NVRTC out of NVIDIA's Python wheel, in the user's cache: the compiler against which CI checks every CUDA
// kernel. It is a tool of the tests and never part of the product; machines with a GPU bring their own.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Compiled, type CudaCompiler, imageKey, type KernelUse, openNvrtc } from '@tsudoi/engine/cuda';
import { once, run } from '../bench/peers/cache.ts';

const WHEEL = 'nvidia-cuda-nvrtc-cu12==12.8.93';

/** The folder with libnvrtc.so.12; downloads 84 MB the first time. */
async function nvrtcFolder(): Promise<string> {
  const folder = await once('nvrtc-12.8.93', async (making) => {
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
    ];
    await run('python3', [...pip, '--dest', making, WHEEL], { maxBuffer: 1 << 26 });
    const unpack =
      'import glob, sys, zipfile; zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]).extractall(sys.argv[1])';
    await run('python3', ['-c', unpack, making]);
    await run('sh', ['-c', 'rm -f "$0"/*.whl "$0"/nvidia/cuda_nvrtc/lib/*.alt.so*', making]);
  });
  return join(folder, 'nvidia', 'cuda_nvrtc', 'lib');
}

/** A compiler that remembers, beside NVRTC, what it has compiled: text and architecture to image and resources. */
export async function cachedNvrtc(): Promise<CudaCompiler> {
  const folder = await nvrtcFolder();
  const compiler = openNvrtc([folder]);
  if (!compiler) throw new Error(`NVRTC in ${folder} does not load on this machine`);
  return {
    version: compiler.version,
    compile(text: string, arch: string): Compiled {
      const path = join(folder, imageKey(text, arch));
      if (existsSync(`${path}.json`)) {
        const uses = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as KernelUse[];
        return { image: readFileSync(path), uses };
      }
      const compiled = compiler.compile(text, arch);
      writeFileSync(path, compiled.image);
      writeFileSync(`${path}.tmp`, JSON.stringify(compiled.uses));
      renameSync(`${path}.tmp`, `${path}.json`);
      return compiled;
    },
  };
}
