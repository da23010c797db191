// Promises of the watcher and of the loop around it, with a trainer whose losses are given.

import { describe, expect, it } from 'vitest';
import { normals } from '../nn/rng.ts';
import { emptyHistory, type TrainingEvent, type TrainingHistory } from './checkpoint.ts';
import { type CheckpointStore, runTraining, TrainingDiverged } from './run.ts';
import type { Trainer, TrainerState } from './trainer.ts';
import { createLossWatcher } from './watch.ts';

const falling = (n: number, noise = 0.03) =>
  Array.from(normals(11, 'loss', n, noise), (e, i) => 2 + 4 * Math.exp(-i / 60) + e);

describe('the loss watcher', () => {
  it('is quiet over a noisy falling curve, a plateau, and one hard batch', () => {
    const watcher = createLossWatcher();
    for (const loss of [...falling(400), ...new Array(200).fill(2)])
      expect(watcher.judge(loss, 1).kind).toBe('sound');
    expect(watcher.judge(2.3, 1).kind).toBe('suspect');
    expect(watcher.judge(2, 1).kind).toBe('sound');
  });

  it('sees a jump within three steps, a slow divergence before it has doubled, and NaN at once', () => {
    const fresh = () => {
      const watcher = createLossWatcher();
      watcher.reset(falling(300));
      return watcher;
    };
    const jump = fresh();
    expect([3, 3, 3].map((loss) => jump.judge(loss, 1).kind)).toContain('spike');
    const slow = fresh();
    const kinds = Array.from({ length: 60 }, (_, i) => slow.judge(2.05 + i * 0.04, 1).kind);
    expect(kinds.indexOf('spike')).toBeGreaterThan(0);
    expect(2.05 + kinds.indexOf('spike') * 0.04).toBeLessThan(4);
    expect(fresh().judge(Number.NaN, 1).kind).toBe('not-finite');
    expect(fresh().judge(2, Number.POSITIVE_INFINITY).kind).toBe('not-finite');
  });

  it('stands after a reset as after judging the same losses', () => {
    const [one, two] = [createLossWatcher(), createLossWatcher()];
    const losses = falling(200);
    for (const loss of losses) one.judge(loss, 1);
    two.reset(losses);
    for (const loss of [2.2, 2.4, 2.1, 2.6, 3]) expect(two.judge(loss, 1)).toEqual(one.judge(loss, 1));
  });
});

/** The loss of a step is that of its batch; the state is the list of batches it was trained on. */
function scripted(lossOf: (batch: number) => number) {
  let seen: number[] = [];
  const state = (): TrainerState => ({
    step: seen.length,
    tensors: new Map([['seen', { shape: [seen.length], data: Float32Array.from(seen) }]]),
  });
  const trainer = {
    step(tokens: Int32Array) {
      seen.push(tokens[0]);
      return { step: seen.length, loss: lossOf(tokens[0]), gradNorm: 1, learningRate: 1 };
    },
    state,
    restore(s: TrainerState) {
      seen = [...s.tensors.get('seen')!.data];
    },
  } as unknown as Trainer;
  const saved: { state: TrainerState; history: TrainingHistory }[] = [];
  const store: CheckpointStore = {
    save: async (s, history) => {
      saved.push({ state: s, history: structuredClone(history) });
      return { done: Promise.resolve() };
    },
    load: async () => structuredClone(saved[saved.length - 1]),
  };
  const events: TrainingEvent[] = [];
  const run = (steps: number) =>
    runTraining({
      ...{ trainer, steps, checkpointEvery: 10, store, from: { step: 0, history: emptyHistory() } },
      batch: (index) => Int32Array.of(index),
      onEvent: (event) => events.push(event),
    });
  return { run, saved, events, seen: () => seen };
}

describe('a run', () => {
  it('goes back to the checkpoint before a spike and passes over the batches since', async () => {
    const bad = (batch: number) => batch >= 43 && batch < 48;
    const { run, events, seen, saved } = scripted((batch) => (bad(batch) ? 9 : 3));
    const history = await run(60);
    expect(seen().filter(bad)).toEqual([]);
    expect(seen().slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(seen()).toHaveLength(60);
    expect(history.loss).toEqual(new Array(60).fill(3));
    expect(events[0]).toMatchObject({ kind: 'spike', step: 44 });
    expect(history.events).toEqual(events);
    for (const { history: h } of saved) expect(h.loss.every((loss) => loss === 3)).toBe(true);
  });

  it('never writes a checkpoint whose loss is NaN, even when one is due', async () => {
    const { run, saved, events } = scripted((batch) => (batch === 29 ? Number.NaN : 3));
    await run(50);
    expect(saved.map(({ state }) => state.step)).toEqual([0, 10, 20, 30, 40]);
    for (const { state } of saved) expect([...state.tensors.get('seen')!.data]).not.toContain(29);
    expect(events.map((e) => e.kind)).toEqual(['not-finite', 'rollback']);
  });

  it('puts a due checkpoint off while the loss is suspect', async () => {
    const { run, saved } = scripted((batch) => (batch === 39 ? 3.3 : 3));
    await run(60);
    expect(saved.map(({ state }) => state.step)).toEqual([0, 10, 20, 30, 41, 50]);
  });

  it('gives up with one line after five rollbacks', async () => {
    const { run, events } = scripted((batch) => (batch >= 25 ? Number.NaN : 3));
    await expect(run(60)).rejects.toThrow(TrainingDiverged);
    expect(events.filter((e) => e.kind === 'rollback')).toHaveLength(5);
  });
});
