import { parentPort, workerData } from 'node:worker_threads';
import { runStage } from '@tsudoi/engine/stages';
import { Rejection } from '@tsudoi/schema';
import type { FromStage, StageTask, ToStage } from './stage-messages.ts';

/** The thread one stage runs in, so that the worker's heartbeats go on while it computes. */
const port = parentPort!;
const task = workerData as StageTask;
const abort = new AbortController();
const saving = new Map<number, PromiseWithResolvers<void>>();

port.on('message', (message: ToStage) => {
  if (message.type === 'abort') return abort.abort();
  const waiting = saving.get(message.step);
  saving.delete(message.step);
  if (message.type === 'checkpoint-saved') waiting?.resolve();
  else waiting?.reject(new Error(message.message));
});

const tell = (message: FromStage) => port.postMessage(message);

try {
  const outputs = await runStage(task.recipe, {
    ...task,
    signal: abort.signal,
    progress: (fraction, note) => tell({ type: 'progress', fraction, note }),
    metrics: (points) => tell({ type: 'metrics', points }),
    saveCheckpoint(checkpoint) {
      const saved = Promise.withResolvers<void>();
      saving.set(checkpoint.step, saved);
      tell({ type: 'checkpoint', checkpoint });
      return saved.promise;
    },
  });
  tell({ type: 'done', outputs });
} catch (error) {
  if (error instanceof Rejection)
    tell({ type: 'rejected', rejection: { code: error.code, params: error.params } });
  else {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    tell({ type: 'crashed', message, stack: stack ?? '' });
  }
} finally {
  port.close();
}
