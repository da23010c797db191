// A software Vulkan for tests: SwiftShader and its loader, taken out of an npm package that carries a browser. Needs
// no system package. The loader is opened here by its path; Dawn, which asks for it by name, then finds it loaded.

import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { brotliDecompressSync } from 'node:zlib';
import koffi from 'koffi';
import { readTar } from '../corpus/fetch/tar.ts';

const PACKAGE = '@sparticuz/chromium';
const ICD = 'vk_swiftshader_icd.json';

/** Makes Dawn in this process use SwiftShader. Call before Dawn is loaded. */
export async function useSwiftShader(): Promise<void> {
  const folder = await unpacked();
  // Vulkan's loader reads this when an instance is made; Node hands assignments on to the C library.
  process.env.VK_ICD_FILENAMES = join(folder, ICD);
  koffi.load(join(folder, 'libvulkan.so.1'));
}

/** The folder with the libraries, made once per version of the package. */
async function unpacked(): Promise<string> {
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(require.resolve(PACKAGE)));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), `tsudoi-swiftshader-${version}`);
  const archive = join(root, 'bin', 'swiftshader.tar.br');
  try {
    readFileSync(join(folder, ICD));
    return folder;
  } catch {
    const making = mkdtempSync(`${folder}-`);
    const bytes = brotliDecompressSync(readFileSync(archive));
    for await (const entry of readTar(Readable.from([bytes]), () => true)) {
      writeFileSync(join(making, entry.path.split('/').pop()!), entry.bytes);
    }
    try {
      renameSync(making, folder);
    } catch {
      // Another process was first.
      rmSync(making, { recursive: true, force: true });
    }
    return folder;
  }
}
