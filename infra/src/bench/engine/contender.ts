// A side of a comparison in a process of its own: two thread pools in one process slow each other down, and the
// CPU time of a process is then the CPU time of its side.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Contender {
  /** Calls a function of the script with one JSON value and waits for its JSON answer. */
  call<T>(name: string, argument?: unknown): Promise<T>;
  close(): void;
}

type Answer = { readonly ok?: unknown; readonly error?: string };

/** Starts `engine/NAME.ts`, which must call `serve`. */
export function startContender(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Contender {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call<T>(fn: string, argument: unknown = null) {
      child.stdin.write(`${JSON.stringify({ fn, argument })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the contender ${name} ended before it answered ${fn}`);
      const answer = JSON.parse(value) as Answer;
      if (answer.error !== undefined) throw new Error(`${name}: ${fn}: ${answer.error}`);
      return answer.ok as T;
    },
    close: () => void child.kill(),
  };
}

/** The contender's side: answers calls until its input ends. */
export async function serve(
  functions: Readonly<Record<string, (argument: never) => unknown>>,
): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { fn, argument } = JSON.parse(line) as { fn: string; argument: unknown };
    let answer: Answer;
    try {
      answer = { ok: (await functions[fn]?.(argument as never)) ?? null };
    } catch (error) {
      answer = { error: `${(error as Error).name}: ${(error as Error).message}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit();
}
