import { Worker } from 'node:worker_threads';
import type { Stats } from '@tsudoi/schema';
import { readPlan } from './plan.ts';
import { finishPlan } from './run-rank.ts';

/** To a thread: the next rank, or that there is none. From it: units done of its rank, and the end of the rank. */
export type RankOrder = { rank: number } | { end: true };
export type RankReport = { rank: number; done: number } | { finished: number };

/** Local executor: the ranks of a plan on `threads` worker threads, each taking the next rank when it is free. */
export async function runOnThreads(options: {
  folder: string;
  threads: number;
  progress?(doneUnits: number, units: number): void;
}): Promise<{ stats: Stats; units: string[] }> {
  const plan = await readPlan(options.folder);
  const done = new Map<number, number>();
  const report = (rank: number, units: number) => {
    done.set(rank, units);
    const sum = [...done.values()].reduce((total, each) => total + each, 0);
    options.progress?.(sum, plan.inputs.length);
  };
  let next = 0;
  const takeRank = (): RankOrder => (next < plan.ranks ? { rank: next++ } : { end: true });
  const work = () =>
    oneThread(options.folder, takeRank, report).catch((error) => {
      next = plan.ranks; // the others end with the rank they are at
      throw error;
    });
  const count = Math.max(1, Math.min(options.threads, plan.ranks));
  await Promise.all(Array.from({ length: count }, work));
  return finishPlan(options.folder);
}

function oneThread(
  folder: string,
  takeRank: () => RankOrder,
  report: (rank: number, units: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./rank-thread.ts', import.meta.url), { workerData: { folder } });
    worker.on('message', (message: RankReport) => {
      if ('done' in message) report(message.rank, message.done);
      else worker.postMessage(takeRank());
    });
    worker.once('error', reject);
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a worker thread of ${folder} ended with code ${code}`)),
    );
    worker.postMessage(takeRank());
  });
}
