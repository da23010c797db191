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

interface Run extends Outcome {
  failedTests: number;
  /** Files whose process ended before their tests did. */
  ended: string[];
}

/** Tests of one vitest project; a suite that fails before its first test counts as one failure. */
async function runTests(project: string, only: string[], env: Record<string, string>): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'tsudoi-vitest-'));
  const path = join(folder, 'report.json');
  try {
    const code = await runCommand(
      'vitest',
      [
        ...['run', ...only, '--project', project, '--passWithNoTests'],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${path}`],
      ],
      env,
    );
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    const open = ({ assertionResults }: Report['testResults'][number]) =>
      assertionResults.some(({ status }) => status === 'pending');
    const { numPassedTests: passed, numFailedTests: failedTests } = report;
    return {
      ...{ passed, failedTests, failed: code !== 0 && failedTests === 0 ? 1 : failedTests },
      ended: report.testResults.filter(open).map(({ name }) => relative(checkoutRoot, name)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs one vitest project, or one folder's tests of it. A file whose process ended by itself is named. Unit tests run no
 * native code of ours: there it was Node, DuckDB or Dawn that ended, and no test failed, so all of them are run once more,
 * which is said too.
 */
export async function vitest(
  project: string,
  say: Say,
  { env = {}, folder }: { env?: Record<string, string>; folder?: string } = {},
): Promise<Outcome> {
  const only = folder ? [folder] : [];
  const run = await runTests(project, only, env);
  for (const file of run.ended) say.line(`   the process of ${file} ended before its tests did`);
  if (project !== 'unit' || run.ended.length === 0 || run.failedTests > 0) return run;
  say.line('   all once more:');
  return runTests(project, only, env);
}
