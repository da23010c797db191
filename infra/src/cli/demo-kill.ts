import { setTimeout as delay } from 'node:timers/promises';
import type { JobDetail, RunDetail } from '@tsudoi/schema';
import type { HubClient } from '../demo/hub-client.ts';
import { killCard, killSource } from '../demo/kill-card.ts';
import { play } from '../demo/play.ts';
import { Instance } from '../instance.ts';
import type { Say } from '../say.ts';
import { signalGroup } from '../servers/child.ts';
import { freePort } from '../servers/ports.ts';
import { type RunningHub, startHub } from '../supervisor.ts';
import type { CliCommand } from './command.ts';

/** A worker dies by kill -9 in mid-training; the final loss must equal that of a run that nobody disturbed. */
export const demoKill: CliCommand = {
  name: 'demo:kill',
  about: 'kill -9 a worker during pretraining and compare with an undisturbed run (in a hub of its own)',
  positionals: [],
  options: {},
  async run({ instance, say, result }) {
    const own = new Instance(instance.path('kill'));
    if (!own.state()) own.destroy();
    const hub = await startHub({ instance: own, say, port: await freePort(), workers: 0, leaseSeconds: 6 });
    try {
      await hub.startWorker('worker-1');
      const calm = await play(hub.url, script('undisturbed'), say);
      const disturbed = await disturbedRun(hub, say);
      const [expected, actual] = [calm.run, disturbed.run].map(finalLoss);
      const equal = Object.is(expected, actual);
      const lost = disturbed.killedAtStep - disturbed.resumedFromStep;
      const value = {
        finalLossUndisturbed: expected,
        finalLossAfterKill: actual,
        equal,
        killedAtStep: disturbed.killedAtStep,
        resumedFromStep: disturbed.resumedFromStep,
        stepsLost: lost,
        checkpointEvery: disturbed.run.card.pretrain.checkpointEvery,
        epochs: disturbed.epochs,
      };
      const ok = equal && disturbed.epochs === 2 && lost <= value.checkpointEvery;
      result(
        { ...value, ok },
        [
          `final loss, undisturbed        ${expected}`,
          `final loss, worker killed      ${actual}   ${equal ? 'equal in every bit' : 'DIFFERENT'}`,
          `killed at step ${value.killedAtStep}, went on from the checkpoint at step ${value.resumedFromStep}: ${lost} steps lost (interval ${value.checkpointEvery})`,
        ].join('\n'),
      );
      return ok ? 0 : 1;
    } finally {
      await hub.stop();
    }
  },
};

const script = (title: string) => ({
  accepted: [killSource],
  refused: null,
  card: (sourceIds: string[], threads: number) => killCard(sourceIds, threads, `kill -9: ${title}`),
});

async function disturbedRun(hub: RunningHub, say: Say) {
  const killing = Promise.withResolvers<Killed>();
  const [played, { step, jobId, viewer }] = await Promise.all([
    play(hub.url, script('worker killed'), say, (runId, person) => {
      killBetweenCheckpoints(hub, person, runId, say).then(killing.resolve, killing.reject);
    }),
    killing.promise,
  ]);
  const job = await viewer.query<JobDetail>('jobs.detail', { jobId });
  const before = job.checkpoints.filter((checkpoint) => checkpoint.epoch === 1);
  return {
    run: played.run,
    killedAtStep: step,
    resumedFromStep: Math.max(0, ...before.map((checkpoint) => checkpoint.step)),
    epochs: job.epoch,
  };
}

interface Killed {
  step: number;
  jobId: string;
  viewer: HubClient;
}

/** Waits until training is well past a checkpoint, kills the worker's whole process group, and starts another worker. */
async function killBetweenCheckpoints(
  hub: RunningHub,
  viewer: HubClient,
  runId: string,
  say: Say,
): Promise<Killed> {
  for (;;) {
    const run = await viewer.query<RunDetail>('runs.detail', { runId });
    const job = run.jobs.find((candidate) => candidate.kind === 'pretrain' && candidate.state === 'leased');
    const every = run.card.pretrain.checkpointEvery;
    if (job && run.step > 3 * every && run.step % every > every / 10) {
      signalGroup(hub.worker('worker-1')!.pid, 'SIGKILL');
      say.line(`kill -9     worker-1 at step ${run.step}; worker-2 takes over when the lease has expired`);
      await hub.startWorker('worker-2');
      return { step: run.step, jobId: job.jobId, viewer };
    }
    if (run.state !== 'registered' && run.state !== 'running')
      throw new Error('the run ended before the worker could be killed');
    await delay(50);
  }
}

function finalLoss(run: RunDetail): number {
  const loss = run.latest.loss;
  if (loss === undefined) throw new Error(`run ${run.runId} recorded no loss`);
  return loss;
}
