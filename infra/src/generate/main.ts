import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutRoot } from '../paths.ts';
import { apiDocuments } from './api.ts';
import { eventDocuments } from './events.ts';

/** Writes every generated document, or with --check says which are stale. Exit codes: 0 current, 1 stale, 2 called wrongly. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, json: { type: 'boolean' } } });
  const documents = { ...(await eventDocuments()), ...(await apiDocuments()) };
  const stale = Object.entries(documents).filter(([path, content]) => current(path) !== content);
  if (!values.check) {
    for (const [path, content] of stale) {
      mkdirSync(dirname(join(checkoutRoot, path)), { recursive: true });
      writeFileSync(join(checkoutRoot, path), content);
    }
  }
  const names = stale.map(([path]) => path);
  const done = values.check ? 'is stale: run `npm run generate` and commit it' : 'written';
  if (values.json)
    process.stdout.write(`${JSON.stringify({ documents: Object.keys(documents), stale: names })}\n`);
  else for (const name of names) process.stdout.write(`${name} ${done}\n`);
  return values.check && stale.length > 0 ? 1 : 0;
}

function current(path: string): string | null {
  try {
    return readFileSync(join(checkoutRoot, path), 'utf8');
  } catch {
    return null;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') ?? false;
  process.stderr.write(`${usage ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = usage ? 2 : 1;
}
