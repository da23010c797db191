import { parentPort, workerData } from 'node:worker_threads';
import { runRank } from './run-rank.ts';
import type { RankOrder, RankReport } from './threads.ts';

const { folder } = workerData as { folder: string };
if (!parentPort) throw new Error('this file is the body of a worker thread');
const port = parentPort;
const post = (message: RankReport) => port.postMessage(message);

port.on('message', async (order: RankOrder) => {
  if ('end' in order) return port.close();
  const { rank } = order;
  await runRank({ folder, rank, progress: (done) => post({ rank, done }) });
  post({ finished: rank });
});
