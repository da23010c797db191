import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sayTo, UsageError } from '../say.ts';
import type { Bench, BenchResult, CaseResult } from './bench.ts';
import { runCase } from './run-case.ts';

const benches = join(import.meta.dirname, 'benches');
const names = readdirSync(benches)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -3))
  .sort();

const say = sayTo(process.stderr);

/** Exit codes: 0 every case ok, 1 one is not, 2 called wrongly. */
async function main(): Promise<number> {
  const { values, positionals } = arguments_();
  if (values.help || positionals.length === 0) {
    process.stdout.write(await overview());
    return values.help ? 0 : 2;
  }
  const results: BenchResult[] = [];
  for (const name of positionals) {
    if (!names.includes(name))
      throw new UsageError(`there is no bench "${name}"; there are ${names.join(', ')}`);
    results.push(await runBench(name, values.quick ?? false));
  }
  for (const result of results) {
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result));
  }
  return results.every((result) => result.ok) ? 0 : 1;
}

function arguments_() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nusage: npm run bench -- NAME… [--json] [--quick]`);
  }
}

const load = async (name: string) => ((await import(join(benches, `${name}.ts`))) as { bench: Bench }).bench;

async function overview(): Promise<string> {
  const lines = await Promise.all(
    names.map(async (name) => `  ${name.padEnd(18)} ${(await load(name)).about}`),
  );
  return `usage: npm run bench -- NAME… [--json] [--quick]\n\n${lines.join('\n')}\n`;
}

async function runBench(name: string, quick: boolean): Promise<BenchResult> {
  const bench = await load(name);
  const scratch = mkdtempSync(join(tmpdir(), 'tsudoi-bench-'));
  const cases: CaseResult[] = [];
  try {
    for await (const one of bench.cases({
      quick,
      scratch,
      progress: (line) => say.line(`${name}: ${line}`),
    })) {
      say.line(`${name}: ${one.case}`);
      cases.push(await runCase(one));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const ok = cases.length > 0 && cases.every((one) => one.ok);
  return { bench: name, commit: commit(), machine: machine(), date: new Date().toISOString(), cases, ok };
}

/** Short hash of HEAD, with "+" when the checkout differs from it. */
function commit(): string {
  const git = (...rest: string[]) =>
    execFileSync('git', rest, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  try {
    return `${git('rev-parse', '--short=10', 'HEAD')}${git('status', '--porcelain', '-uno') ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}

function machine(): string {
  const cores = cpus();
  return `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

function table(result: BenchResult): string {
  const rows = result.cases.map((one) => {
    const against =
      one.theirs === null
        ? ''
        : `  ${one.peer} ${one.theirs}  ratio ${one.ratio} (${one.low} to ${one.high})`;
    const bound = one.must === null ? '' : `  must ${one.must}`;
    const verdict = one.ok ? 'ok' : one.verified ? 'MISSED' : 'DIFFERENT RESULT';
    const floor = one.floor === null ? '' : `  floor ${one.floor}`;
    return `${verdict.padEnd(7)} ${one.case}: ${one.ours} ${one.unit}${against}${floor}${bound}${one.note ? `\n        ${one.note}` : ''}`;
  });
  return `${result.bench} at ${result.commit} on ${result.machine}\n${rows.join('\n')}\n`;
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`${usage ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = usage ? 2 : 1;
}
// Peers may keep handles open; every result is out by now.
process.exit();
