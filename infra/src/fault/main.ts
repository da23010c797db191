import { parseArgs } from 'node:util';
import { sayTo, UsageError } from '../say.ts';
import type { Fault, Outcome } from './fault.ts';
import { faults } from './faults.ts';
import { Stage } from './stage.ts';

const usage = 'usage: npm run -s fault -- NAME…|all [--json]';
const say = sayTo(process.stderr);

interface Result {
  name: string;
  fault: string;
  invariant: string;
  /** Null when the fault could not be provoked here. */
  held: boolean | null;
  skipped: string | null;
  seen: string;
  problem: string | null;
  seconds: number;
  /** What the hub's processes wrote last, where it did not hold. */
  log: string[];
}

/** Exit codes: 0 every invariant held, 1 one did not, 2 called wrongly. */
async function main(): Promise<number> {
  const { values, positionals } = arguments_();
  if (values.help || positionals.length === 0) {
    const lines = faults.map(({ name, fault }) => `  ${name.padEnd(20)} ${fault}`);
    process.stdout.write(`${usage}\n\n${lines.join('\n')}\n`);
    return values.help ? 0 : 2;
  }
  const chosen = positionals.includes('all') ? faults : positionals.map(named);
  const results: Result[] = [];
  for (const fault of chosen) {
    say.line(`${fault.name}: ${fault.fault}`);
    const result = await provoke(fault);
    results.push(result);
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : text(result));
  }
  say.line(summary(results));
  return results.every(({ held }) => held !== false) ? 0 : 1;
}

function summary(results: readonly Result[]): string {
  const count = (held: boolean | null) => results.filter((one) => one.held === held).length;
  const seconds = results.reduce((sum, one) => sum + one.seconds, 0);
  const skipped = count(null) > 0 ? `, ${count(null)} could not be provoked here` : '';
  return `${count(true)} of ${results.length} held, ${count(false)} broken${skipped}; ${Math.round(seconds)} s`;
}

function arguments_() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

function named(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found) return found;
  throw new UsageError(
    `there is no fault "${name}"; there are ${faults.map((one) => one.name).join(', ')}, all`,
  );
}

async function provoke(fault: Fault): Promise<Result> {
  const started = performance.now();
  const stage = await Stage.open();
  try {
    const { problem, seen, skipped } = await fault
      .run(stage, (line) => say.progress(line))
      .catch(
        (error: Error): Outcome => ({
          problem: error.message,
          seen: 'the scenario itself failed',
        }),
      );
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const { name, invariant } = fault;
    const held = skipped ? null : problem === null;
    const log = problem === null ? [] : stage.lastLines();
    return {
      name,
      fault: fault.fault,
      invariant,
      held,
      skipped: skipped ?? null,
      seen,
      problem,
      seconds,
      log,
    };
  } finally {
    await stage.close();
  }
}

function text({ name, fault, invariant, held, skipped, seen, problem, seconds, log }: Result): string {
  if (held === null) return `SKIPPED ${name}: ${skipped}\n`;
  const lines = [
    `${held ? 'HELD  ' : 'BROKEN'} ${name} (${seconds} s)`,
    `       fault      ${fault}`,
    `       invariant  ${invariant}`,
    `       seen       ${seen}`,
    ...(problem ? [`       PROBLEM    ${problem}`] : []),
    ...log.map((line) => `       log        ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

try {
  process.exitCode = await main();
} catch (error) {
  const wrong = error instanceof UsageError;
  process.stderr.write(`${wrong ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = wrong ? 2 : 1;
}
process.exit();
