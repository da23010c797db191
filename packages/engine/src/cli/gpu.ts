import { parseArgs } from 'node:util';
import { isBundle, readData } from './gpu/data.ts';
import { makeReport, tableOf, writeReport } from './gpu/report.ts';

const USAGE = `usage: npm run -s gpu -- --report [--out FOLDER] [--quick] [--json] [--libraries FOLDER]…
       npm run -s gpu -- --bundle FOLDER [--libraries FOLDER]…

  --report     checks the CUDA backend on this machine's GPU and times it; needs Node and NVIDIA's driver, takes under
               10 minutes, writes gpu-report.json and gpu-report.txt
  --bundle     makes a folder with which \`node tsudoi-gpu.mjs --report\` does that on a machine without this checkout
  --out        where the report is written; default: the current folder
  --quick      fewer sizes
  --libraries  where NVRTC and cuBLASLt are looked for first
  --json       the report as JSON on standard output
`;

class UsageError extends Error {
  override name = 'UsageError';
}

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Exit codes: 0 done and right, 1 it failed or something is wrong, 2 called wrongly. */
async function main(args: string[]): Promise<number> {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const libraries = values.libraries ?? [];
  if (values.bundle !== undefined) {
    if (isBundle(process.argv[1])) throw new UsageError('a bundle makes no bundles: call this in a checkout');
    const { makeBundle } = await import('./gpu/bundle.ts');
    await makeBundle(values.bundle, libraries, say);
    process.stdout.write(`${values.bundle}: run \`node tsudoi-gpu.mjs --report\` there on the GPU machine\n`);
    return 0;
  }
  if (!values.report) throw new UsageError('say --report or --bundle FOLDER');
  const data = readData(process.argv[1]);
  const report = makeReport({ ...data, libraries, quick: values.quick ?? false, progress: say });
  writeReport(values.out ?? '.', report);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : tableOf(report));
  return report.ok ? 0 : 1;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        report: { type: 'boolean' },
        bundle: { type: 'string' },
        out: { type: 'string' },
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
        libraries: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const wrong = error instanceof UsageError;
  say(`gpu: ${error instanceof Error ? error.message : String(error)}${wrong ? `\n\n${USAGE}` : ''}`);
  process.exitCode = wrong ? 2 : 1;
}
