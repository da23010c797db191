import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once, run, shortHash } from './cache.ts';

export interface PythonPeer {
  /** Calls a function of the script with one JSON value and waits for its JSON answer. */
  call<T>(name: string, argument?: unknown): Promise<T>;
  close(): void;
}

const server = `
import json, sys, runpy
functions = runpy.run_path(sys.argv[1])
answers = sys.stdout
sys.stdout = sys.stderr
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"ok": functions[request["name"]](request["argument"])}
    except Exception as error:
        answer = {"error": type(error).__name__ + ": " + str(error)}
    answers.write(json.dumps(answer) + "\\n")
    answers.flush()
`;

/**
 * Starts a Python script as a peer: its functions are called by name, one at a time, so that a bench can alternate
 * with it. `requirements` are exact pip pins, installed once into a virtual environment of the user's cache;
 * `indexArguments` are further pip arguments; `interpreter` takes an installed Python as it is instead.
 */
export async function pythonPeer(
  script: string,
  requirements: readonly string[],
  options: { env?: Record<string, string>; indexArguments?: readonly string[]; interpreter?: string } = {},
): Promise<PythonPeer> {
  const own = async () =>
    join(await pythonEnvironment(requirements, options.indexArguments), 'bin', 'python');
  const child = spawn(options.interpreter ?? (await own()), ['-c', server, script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call<T>(name: string, argument: unknown = null) {
      child.stdin.write(`${JSON.stringify({ name, argument })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the Python peer ${script} ended before it answered ${name}`);
      const answer = JSON.parse(value) as { ok?: T; error?: string };
      if (answer.error !== undefined) throw new Error(`${script}: ${name}: ${answer.error}`);
      return answer.ok as T;
    },
    close: () => void child.kill(),
  };
}

/** A virtual environment of the user's cache with these pins; made once. */
export async function pythonEnvironment(
  requirements: readonly string[],
  indexArguments: readonly string[] = [],
): Promise<string> {
  const folder = await once(`python-${shortHash(requirements.join(' '))}`, async (making) => {
    await run('python3', ['-m', 'venv', '--copies', making]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...indexArguments];
    await run(join(making, 'bin', 'python'), [...pip, ...requirements], { maxBuffer: 1 << 26 });
  });
  if (!existsSync(join(folder, 'bin', 'python')))
    throw new Error(`${folder} holds no Python; remove it and try again`);
  return folder;
}
