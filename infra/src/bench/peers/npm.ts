import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { once, run, shortHash } from './cache.ts';

/**
 * Installs exact versions such as `['onnxruntime-node@1.22.0']` into the user's cache and gives an importer for them.
 * Install scripts run only when asked.
 */
export async function npmPeers(packages: readonly string[], options: { scripts?: boolean } = {}) {
  const key = `npm-${shortHash([...packages, String(options.scripts)].join(' '))}`;
  const folder = await once(key, async (making) => {
    const flags = ['--no-audit', '--no-fund', '--no-save', ...(options.scripts ? [] : ['--ignore-scripts'])];
    await run('npm', ['install', '--prefix', making, ...flags, ...packages], {
      cwd: making,
      maxBuffer: 1 << 26,
    });
  });
  const require = createRequire(join(folder, 'node_modules', 'index.js'));
  return {
    folder,
    /** A CommonJS package. */
    require: (name: string): unknown => require(name),
    /** An ES module by the path of its file inside node_modules, such as `pkg/dist/index.js`. */
    import: (file: string): Promise<unknown> =>
      import(pathToFileURL(join(folder, 'node_modules', file)).href),
  };
}
