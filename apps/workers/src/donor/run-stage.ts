import { Worker } from 'node:worker_threads';
import type { Checkpoint, StageOutput } from '@tsudoi/engine/stages';
import { type JobNote, Rejection } from '@tsudoi/schema';
import type { FromStage, MetricPoint, StageTask, ToStage } from './stage-messages.ts';

/** A stage that was told to stop has this long before its thread is ended. */
const STOP_WITHIN = 3000;

/** A stage failed in a way nobody expected; `stack` is the stage's own. */
export class StageCrashed extends Error {
  override readonly name = 'StageCrashed';
  constructor(message: string, stack?: string) {
    super(message);
    if (stack) this.stack = stack;
  }
}

/**
 * Runs one stage in a thread of its own and resolves with its outputs.
 * @throws Rejection what the stage refuses; StageCrashed anything else; the signal's reason once it is aborted.
 */
export async function runStageInThread(
  task: StageTask,
  events: {
    progress(fraction: number, note: JobNote): void;
    metrics(points: MetricPoint[]): void;
    /** Resolves when the checkpoint is safe. */
    checkpoint(checkpoint: Checkpoint): Promise<void>;
  },
  signal: AbortSignal,
): Promise<StageOutput[]> {
  signal.throwIfAborted();
  const thread = new Worker(new URL('./stage-thread.ts', import.meta.url), { workerData: task });
  const ended = Promise.withResolvers<StageOutput[]>();
  const tell = (message: ToStage) => thread.postMessage(message);
  const save = ({ checkpoint }: { checkpoint: Checkpoint }) =>
    events.checkpoint(checkpoint).then(
      () => tell({ type: 'checkpoint-saved', step: checkpoint.step }),
      (error) => tell({ type: 'checkpoint-lost', step: checkpoint.step, message: String(error) }),
    );
  thread.on('message', (message: FromStage) => {
    if (message.type === 'progress') events.progress(message.fraction, message.note);
    else if (message.type === 'metrics') events.metrics(message.points);
    else if (message.type === 'checkpoint') void save(message);
    else if (message.type === 'done') ended.resolve(message.outputs);
    else if (message.type === 'rejected')
      ended.reject(new Rejection(message.rejection.code, message.rejection.params));
    else ended.reject(new StageCrashed(message.message, message.stack));
  });
  thread.on('error', (error) => ended.reject(new StageCrashed(error.message, error.stack)));
  thread.on('exit', (code) => ended.reject(new StageCrashed(`the stage's thread ended with code ${code}`)));

  const stop = () => {
    tell({ type: 'abort' });
    setTimeout(() => void thread.terminate(), STOP_WITHIN).unref();
    ended.reject(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    if (!signal.aborted) await thread.terminate();
  }
}
