import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { checkoutRoot } from '../paths.ts';

const script = 'apps/web/src/server/http/generate.ts';

/** Documents that follow from the portal's procedures: path in the checkout -> content. */
export async function apiDocuments(): Promise<Record<string, string>> {
  const options = { cwd: checkoutRoot, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, [join(checkoutRoot, script)], options);
  return z.record(z.string(), z.string()).parse(JSON.parse(stdout));
}
