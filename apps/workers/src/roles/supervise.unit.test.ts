import { expect, test } from 'vitest';
import { createLog, silentLog } from './log.ts';
import { supervise } from './supervise.ts';
import { Wake } from './wake.ts';

test('a role that crashes starts again, with every crash logged', async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const log = createLog('planner', (line) => lines.push(line));
  let starts = 0;
  await supervise(
    async () => {
      starts++;
      if (starts === 3) stop.abort();
      else throw new Error(`crash ${starts}`);
    },
    { log, signal: stop.signal, firstPause: 1 },
  );
  expect(starts).toBe(3);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'error', role: 'planner', error: 'Error: crash 1', againInMs: 1 },
    { level: 'error', role: 'planner', error: 'Error: crash 2', againInMs: 2 },
  ]);
});

test('a role that is stopped while it waits to start again ends at once', async () => {
  const stop = new AbortController();
  const ended = supervise(
    async () => {
      throw new Error('crash');
    },
    { log: { ...silentLog, error: () => stop.abort() }, signal: stop.signal, firstPause: 60_000 },
  );
  await expect(ended).resolves.toBeUndefined();
});

test('a ring during work is not slept over', async () => {
  const wake = new Wake();
  wake.ring();
  expect(await wake.wait(60_000, new AbortController().signal)).toBe(true);
});

test('waiting ends without a ring when time is over or the signal is aborted', async () => {
  expect(await new Wake().wait(1, new AbortController().signal)).toBe(false);
  expect(await new Wake().wait(60_000, AbortSignal.abort())).toBe(false);
});
