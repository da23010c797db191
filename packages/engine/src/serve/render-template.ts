// Jinja templates come with models that strangers made, and can loop for ever or ask for all memory there is. They are
// rendered one after the other in a process of their own, which ends where it needs too much memory. A thread would not
// do: one that runs out of memory takes its process with it.

import { type ChildProcess, fork } from 'node:child_process';

export interface TemplateTask {
  readonly text: string;
  readonly values: Record<string, unknown>;
}

export type TemplateAnswer = { readonly rendered: string } | { readonly problem: string };

/** A template takes a millisecond. */
export const MOST_SECONDS = 2;
const MOST_MEGABYTES = 128;

let running: ChildProcess | undefined;
let before: Promise<unknown> = Promise.resolve();

/** What a template makes of its values, or why it makes nothing, for the person who asked. */
export function renderTemplate(task: TemplateTask): Promise<TemplateAnswer> {
  const answer = before.then(() => render(task));
  before = answer.catch(() => undefined);
  return answer;
}

function render(task: TemplateTask): Promise<TemplateAnswer> {
  running ??= start();
  const child = running;
  return new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', answered).off('exit', ended).off('error', failed);
      hold(child, false);
    };
    const answered = (answer: unknown) => {
      settle();
      resolve(answer as TemplateAnswer);
    };
    const ended = (code: number | null) => {
      settle();
      // Without memory it is aborted, which is a signal.
      if (code === null) resolve({ problem: `it took more than ${MOST_MEGABYTES} MB of memory` });
      else reject(new Error(`the process that renders templates ended with code ${code}`));
    };
    const failed = (error: Error) => {
      settle();
      child.kill('SIGKILL');
      reject(error);
    };
    child.once('message', answered).once('exit', ended).once('error', failed);
    hold(child, true);
    child.send(task, (error) => error && failed(error));
  });
}

function start(): ChildProcess {
  const child = fork(new URL('./template-process.ts', import.meta.url), {
    execArgv: [`--max-old-space-size=${MOST_MEGABYTES}`],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const forget = () => {
    if (running === child) running = undefined;
  };
  return child.on('exit', forget).on('error', forget);
}

/** A process that waits for work keeps nobody else from ending. */
function hold(child: ChildProcess, held: boolean): void {
  if (held) child.ref();
  else child.unref();
  if (held) child.channel?.ref();
  else child.channel?.unref();
}
