// The training loop: steps, checkpoints, and what happens when the loss jumps. On a spike the state of the last
// checkpoint comes back and the batches since then are passed over (as PaLM's authors did by hand, arXiv 2204.02311,
// section 5.1); everything else, sums and random numbers included, is as if those batches had not existed.

import { setImmediate } from 'node:timers/promises';
import type { TrainingEvent, TrainingHistory } from './checkpoint.ts';
import type { StepResult, TrainerState } from './trainer.ts';
import { createLossWatcher, type LossWatcher, type WatchOptions, watchDefaults } from './watch.ts';

/** Where checkpoints go. One is written at a time; training goes on while it travels. */
export interface CheckpointStore {
  /** Resolves when the state is taken; `done` when it is safe. */
  save(state: TrainerState, history: TrainingHistory): Promise<{ done: Promise<void> }>;
  /** The last one that was saved. */
  load(): Promise<{ state: TrainerState; history: TrainingHistory }>;
}

/** What the loop needs of a trainer, on any device. */
export interface SteppingTrainer {
  step(tokens: Int32Array): StepResult | Promise<StepResult>;
  state(): TrainerState | Promise<TrainerState>;
  restore(state: TrainerState): void;
}

export interface TrainingRun {
  readonly trainer: SteppingTrainer;
  /** The tokens of a batch by its number. */
  readonly batch: (index: number) => Int32Array;
  readonly steps: number;
  readonly checkpointEvery: number;
  readonly store: CheckpointStore;
  /** Where to begin: the trainer holds this state already. */
  readonly from: { readonly step: number; readonly history: TrainingHistory };
  readonly watch?: WatchOptions;
  readonly signal?: AbortSignal;
  /** Writes one more checkpoint when the signal comes, unless the loss is suspect. */
  readonly saveOnAbort?: boolean;
  onStep?(result: StepResult, seconds: number): void | Promise<void>;
  onEvent?(event: TrainingEvent): void;
}

/** The loss kept jumping; the store holds the last sound state. */
export class TrainingDiverged extends Error {
  override name = 'TrainingDiverged';
}

/**
 * Runs to the end and returns the history of the steps that count. A checkpoint is written every `checkpointEvery` steps,
 * one before the first step, and never while the loss is suspect or not finite.
 * @throws TrainingDiverged after too many rollbacks; the signal's reason
 */
export async function runTraining(run: TrainingRun): Promise<TrainingHistory> {
  const { trainer, steps, checkpointEvery, store, from, signal } = run;
  const watcher = createLossWatcher(run.watch);
  let { history } = from;
  let next = from.step;
  let saving = { done: Promise.resolve() };
  let due = next === 0;
  let sound = true;
  const clock = stopwatch(history.seconds);
  watcher.reset(history.loss);
  const save = async () => {
    await saving.done;
    history.seconds = clock();
    saving = await store.save(await trainer.state(), history);
    due = false;
  };
  if (due) await save();
  while (next < steps) {
    await setImmediate(); // lets an abort and answers about checkpoints arrive
    if (signal?.aborted) {
      if (run.saveOnAbort && sound && next > from.step) await save();
      await saving.done;
      signal.throwIfAborted();
    }
    const startedAt = performance.now();
    const result = await trainer.step(run.batch(next + history.skipped));
    const verdict = watcher.judge(result.loss, result.gradNorm);
    if (verdict.kind === 'spike' || verdict.kind === 'not-finite') {
      await saving.done;
      ({ history, next } = await rollBack(run, watcher, history, {
        ...{ kind: verdict.kind, step: result.step, message: verdict.message },
      }));
      continue;
    }
    next = result.step;
    record(history, result);
    await run.onStep?.(result, (performance.now() - startedAt) / 1000);
    due ||= next % checkpointEvery === 0;
    sound = verdict.kind === 'sound';
    if (due && next < steps && sound) await save();
  }
  await saving.done;
  history.seconds = clock();
  return history;
}

async function rollBack(
  { trainer, store, watch, onEvent }: TrainingRun,
  watcher: LossWatcher,
  before: TrainingHistory,
  spike: TrainingEvent,
): Promise<{ history: TrainingHistory; next: number }> {
  onEvent?.(spike);
  const { maxRollbacks } = { ...watchDefaults, ...watch };
  const rollbacks = before.events.filter((e) => e.kind === 'rollback').length;
  if (rollbacks >= maxRollbacks) {
    throw new TrainingDiverged(
      `step ${spike.step}: ${spike.message}, after ${rollbacks} rollbacks; the last checkpoint is sound, lower the learning rate`,
    );
  }
  const { state, history } = await store.load();
  trainer.restore(state);
  // The batch of the bad step is passed over too.
  const skipped = spike.step - 1 + before.skipped + 1 - state.step;
  const message = `back to step ${state.step}; ${skipped - history.skipped} batches are passed over`;
  const event: TrainingEvent = { kind: 'rollback', step: spike.step, message };
  onEvent?.(event);
  watcher.reset(history.loss);
  return {
    history: { ...history, seconds: before.seconds, skipped, events: [...before.events, spike, event] },
    next: state.step,
  };
}

function record(history: TrainingHistory, { loss, gradNorm, learningRate }: StepResult): void {
  history.loss.push(loss);
  history.gradNorm.push(gradNorm);
  history.learningRate.push(Math.fround(learningRate));
}

function stopwatch(before: number): () => number {
  const startedAt = performance.now();
  return () => before + (performance.now() - startedAt) / 1000;
}
