import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkoutRoot } from '../paths.ts';
import type { Say } from '../say.ts';

export interface Outcome {
  passed: number;
  failed: number;
}

export interface Step {
  area: string;
  name: string;
  run(say: Say): Promise<Outcome>;
}

/** Runs a command of the checkout; its output goes to stderr. Resolves with the exit code. */
export function runCommand(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: checkoutRoot,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, PATH: `${join(checkoutRoot, 'node_modules/.bin')}:${process.env.PATH}`, ...env },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

export async function oneCheck(command: string, args: string[]): Promise<Outcome> {
  const code = await runCommand(command, args);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** What is used of vitest's report; a test that was begun or waited for, and never ended, is pending. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; assertionResults: { status: string }[] }[];
}

/**
 * Runs one vitest project, or one folder's tests of it, and counts them; a suite that fails before its first test
 * counts as one failure.
 */
export async function vitest(
  project: string,
  say: Say,
  { env = {}, folder: only }: { env?: Record<string, string>; folder?: string } = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'tsudoi-vitest-'));
  const report = join(folder, 'report.json');
  try {
    const code = await runCommand(
      'vitest',
      [
        ...['run', ...(only ? [only] : []), '--project', project, '--passWithNoTests'],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      ],
      env,
    );
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as Report;
    for (const { name, assertionResults } of testResults) {
      const open = assertionResults.filter(({ status }) => status === 'pending');
      if (open.length > 0)
        say.line(`   the process of ${relative(checkoutRoot, name)} ended in ${open.length} of its tests`);
    }
    return { passed: numPassedTests, failed: numFailedTests + (code !== 0 && numFailedTests === 0 ? 1 : 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
