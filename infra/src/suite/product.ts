import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { browser, ensureDebianPackages } from '../debian-packages.ts';
import { type Instance, isAlive } from '../instance.ts';
import { checkoutRoot } from '../paths.ts';
import { freePort } from '../servers/ports.ts';
import { type Outcome, runCommand, type Step, vitest } from './step.ts';

const tsudoi = join(checkoutRoot, 'tsudoi');
/** The promise of the demo on two cores, after installation. */
const demoMinutes = 8;

/** The product as its users meet it: the demo from nothing, the portal in a browser, the log, a second start, a kill. */
export function productSteps(instance: Instance): Step[] {
  const dir = ['--dir', instance.dir];
  const report = ['--report', instance.path('report')];
  let running: RunningDemo | undefined;
  return [
    {
      area: 'demo',
      name: `the demo from an empty folder, within ${demoMinutes} minutes, below gzip and the byte 5-gram`,
      async run(say) {
        running = await startDemo([...dir, ...report]);
        const { seconds, belowBaselines, bitsPerByte } = running.summary;
        say.line(`   ${seconds.toFixed(0)} s; bits per byte ${JSON.stringify(bitsPerByte)}`);
        return all([belowBaselines, seconds < demoMinutes * 60]);
      },
    },
    {
      area: 'demo',
      name: 'the log: gapless, chain valid, projections and NATS in step',
      run: async () => all([(await runCommand(tsudoi, ['verify-log', ...dir])) === 0]),
    },
    {
      area: 'demo',
      name: 'the portal in a browser, in Japanese and English',
      async run(say) {
        if (!running) throw new Error('the demo is not running');
        ensureDebianPackages(browser, say);
        return vitest('e2e', say, { env: { TEST_HUB_URL: running.summary.url } });
      },
    },
    {
      area: 'demo',
      name: 'a second "up" says what is running; SIGTERM leaves no process behind',
      async run() {
        if (!running) throw new Error('the demo is not running');
        const children = Object.values(instance.state()?.children ?? {});
        const second = await runCommand(tsudoi, ['up', ...dir]);
        const code = await running.stop();
        return all([second === 1, code === 0, children.length > 4, children.every((pid) => !isAlive(pid))]);
      },
    },
    {
      area: 'demo',
      name: 'started again, the demo goes on from its data within a minute',
      async run(say) {
        const started = performance.now();
        const code = await runCommand(tsudoi, [
          'demo',
          '--exit',
          '--port',
          String(await freePort()),
          ...dir,
          ...report,
        ]);
        const seconds = (performance.now() - started) / 1000;
        say.line(`   ${seconds.toFixed(1)} s`);
        return all([code === 0, seconds < 60]);
      },
    },
    {
      area: 'kill',
      name: 'kill -9 of a worker in mid-training changes no bit of the result',
      run: async () => all([(await runCommand(tsudoi, ['demo:kill', ...dir])) === 0]),
    },
  ];
}

function all(facts: boolean[]): Outcome {
  const passed = facts.filter(Boolean).length;
  return { passed, failed: facts.length - passed };
}

const Summary = z.object({
  url: z.url(),
  seconds: z.number(),
  belowBaselines: z.boolean(),
  bitsPerByte: z.record(z.string(), z.number()),
});

interface RunningDemo {
  summary: z.infer<typeof Summary>;
  stop(): Promise<number>;
}

/** Starts `./tsudoi demo` and waits for the result it prints when the main job is done. */
async function startDemo(args: string[]): Promise<RunningDemo> {
  const child: ChildProcess = spawn(tsudoi, ['demo', '--json', '--port', String(await freePort()), ...args], {
    cwd: checkoutRoot,
    stdio: ['ignore', 'pipe', 2],
  });
  const exit = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const line = new Promise<string>((resolve) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.split('\n')[0]!);
    });
  });
  const first = await Promise.race([line, exit]);
  if (typeof first === 'number') throw new Error(`the demo ended early with exit code ${first}`);
  return {
    summary: Summary.parse(JSON.parse(first)),
    stop() {
      child.kill('SIGTERM');
      return exit;
    },
  };
}
