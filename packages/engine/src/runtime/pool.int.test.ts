import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import koffi from 'koffi';
import { expect, test } from 'vitest';
import { compileShared } from './compiler.ts';

// A kernel that counts how often each of its tasks ran, and a list of launches whose numbers of tasks go up and down.
const counting = `
#include <stdint.h>
#include <stdatomic.h>
static _Atomic int32_t ran[256 * 64];
void count_tasks(const int64_t *args, int64_t first, int64_t last, char *scratch) {
  (void)scratch;
  for (int64_t i = first; i < last; i++) atomic_fetch_add(&ran[args[0] * 64 + i], 1);
}
int64_t task_kernel(void) { return (int64_t)count_tasks; }
int32_t runs_of(int64_t launch, int64_t task) { return ran[launch * 64 + task]; }
`;

const pool = { name: 'pool.c', text: readFileSync(new URL('./c/pool.c', import.meta.url), 'utf8') };

test('the code of a pool stays mapped when the thread of JavaScript that made it ends before the pool', async () => {
  const text = `${pool.text}// a library that nothing else in this process has open: ${randomUUID()}\n`;
  const [path] = compileShared([{ ...pool, text }], [], {});
  const isMapped = () => readFileSync('/proc/self/maps', 'utf8').includes(path);
  const ended = async (threads: number) => {
    const body = `
      const library = require('koffi').load(${JSON.stringify(path)});
      if (${threads} > 0) library.func('int64_t ts_pool_create(int64_t threads, int64_t scratch)')(${threads}, 64);`;
    await once(new Worker(body, { eval: true }), 'exit');
  };
  await ended(0);
  expect(isMapped(), 'koffi closes its libraries with its thread').toBe(false);
  await ended(2);
  expect(isMapped()).toBe(true);
  rmSync(path);
});

test('each task runs exactly once, also when workers are held up between launches', () => {
  const sources = [pool, { name: 'counting.c', text: counting }];
  const [library, kernels] = compileShared(sources, [], {}).map((path) => koffi.load(path));
  const create = library.func('int64_t ts_pool_create(int64_t threads, int64_t scratch)');
  const destroy = library.func('void ts_pool_destroy(int64_t pool)');
  const run = library.func('void ts_run(int64_t pool, void *list, int64_t count, int64_t timed)');
  const runsOf = kernels.func('int32_t runs_of(int64_t launch, int64_t task)');
  const kernel = BigInt(kernels.func('int64_t task_kernel()')());

  const launches = 256;
  const tasks = (launch: number) => (launch % 2 === 0 ? 2 + (launch % 5) : 64);
  const args = new BigInt64Array(launches);
  const list = new BigInt64Array(launches * 4);
  const base = koffi.address(args);
  for (let launch = 0; launch < launches; launch++) {
    args[launch] = BigInt(launch);
    list.set([kernel, base + BigInt(8 * launch), BigInt(tasks(launch)), 0n], launch * 4);
  }
  // Many more threads than cores, so that some are always caught between reading the ticket and reading the launch.
  const threads = create(16, 64);
  const rounds = 200;
  for (let round = 0; round < rounds; round++) run(threads, list, launches, 0);
  destroy(threads);

  const wrong: string[] = [];
  for (let launch = 0; launch < launches; launch++)
    for (let task = 0; task < 64; task++) {
      const expected = task < tasks(launch) ? rounds : 0;
      const actual = runsOf(launch, task);
      if (actual !== expected)
        wrong.push(`launch ${launch}, task ${task}: ${actual} times instead of ${expected}`);
    }
  expect(wrong).toEqual([]);
});
