// Everything a GPU machine needs beside Node and the driver, in one folder: the program as one file, its data, and
// koffi's native part.

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { CUDA_FILES } from '../../kernels/cuda/instances.ts';
import { imageKey } from '../../runtime/cuda/images.ts';
import { openNvrtc } from '../../runtime/cuda/nvrtc.ts';
import { type BundleData, DATA_FILE, REPORT_GOLDENS } from './data.ts';
import { recordModules } from './record.ts';

const ARCHITECTURES = ['sm_80', 'sm_90', 'compute_90'];
const require = createRequire(import.meta.url);
const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

function dataOf(libraries: readonly string[], progress: (line: string) => void): BundleData {
  const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
  const kernels = Object.fromEntries(CUDA_FILES.map((file) => [file, read(`src/kernels/cuda/${file}`)]));
  const goldens = Object.fromEntries(
    REPORT_GOLDENS.map((name) => [name, read(`test/golden/${name}.golden.json`)]),
  );
  const images: Record<string, string> = {};
  const compiler = openNvrtc(libraries);
  if (!compiler) {
    progress('no NVRTC here: the bundle has no compiled kernels, so the GPU machine needs one');
    return { kernels, goldens, images };
  }
  const modules = recordModules();
  for (const text of modules) {
    for (const arch of ARCHITECTURES) {
      images[imageKey(text, arch)] = Buffer.from(compiler.compile(text, arch).image).toString('base64');
    }
  }
  progress(`${modules.size} modules compiled for ${ARCHITECTURES.join(', ')} by ${compiler.version}`);
  return { kernels, goldens, images };
}

/** koffi and its native parts for Linux on x86-64; each package's own package.json says where the file is. */
function copyKoffi(folder: string): void {
  const koffi = dirname(require.resolve('koffi'));
  const native = join(koffi, '..', '@koromix', 'koffi-linux-x64');
  const skip = (path: string) => !/\/koffi\/(doc|vendor)$/.test(path);
  cpSync(koffi, join(folder, 'node_modules', 'koffi'), { recursive: true, filter: skip });
  if (existsSync(native)) {
    cpSync(native, join(folder, 'node_modules', '@koromix', 'koffi-linux-x64'), { recursive: true });
  }
}

export async function makeBundle(
  folder: string,
  libraries: readonly string[],
  progress: (line: string) => void,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const build = await rolldown({
    input: join(packageRoot, 'src', 'cli', 'gpu.ts'),
    platform: 'node',
    external: ['koffi', 'rolldown', /\/bundle\.ts$/],
    logLevel: 'silent',
  });
  await build.write({ file: join(folder, 'tsudoi-gpu.mjs'), format: 'esm', codeSplitting: false });
  await build.close();
  writeFileSync(join(folder, DATA_FILE), JSON.stringify(dataOf(libraries, progress)));
  copyKoffi(folder);
}
