import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Needs, Rejection, type WorkerEnv } from '@tsudoi/schema';
import { describeError, type Log } from '../roles/log.ts';
import { pause, Wake } from '../roles/wake.ts';
import { listenDoorbell } from './doorbell.ts';
import { createHubClient } from './hub-client.ts';
import { isAnotherAlive } from './is-alive.ts';
import { openObjectCache } from './object-cache.ts';
import { PreflightFailed } from './preflight.ts';
import { type Donor, runJob } from './run-job.ts';

/** The net below the doorbell: a lost ring costs at most this long. */
const POLL = 20_000;
/** How long a call is sent again while the hub does not answer; a lease mostly ends before that. */
const PATIENCE = 120_000;
const FAILED_PAUSE = 3000;

/**
 * Claims and does jobs, one at a time, until `signal` is aborted; then the current job is given back.
 * @throws PreflightFailed when the hub does not take the token
 */
export async function runDonor(env: WorkerEnv, offers: Needs, log: Log, signal: AbortSignal): Promise<void> {
  await removeLeftovers(env.WORKER_DIR);
  const hub = createHubClient({ hubUrl: env.HUB_URL, token: env.WORKER_TOKEN, signal, patience: PATIENCE });
  const donor: Donor = {
    hub,
    hubUrl: env.HUB_URL,
    cache: await openObjectCache(join(env.WORKER_DIR, 'objects')),
    workDir: env.WORKER_DIR,
    node: env.WORKER_NAME,
    threads: offers.threads,
    codeCommit: env.CODE_COMMIT,
    log,
    stopping: signal,
  };
  const wake = new Wake();
  const ended = new AbortController();
  const listening = AbortSignal.any([signal, ended.signal]);
  const doorbell = listenDoorbell({
    hubUrl: env.HUB_URL,
    token: env.WORKER_TOKEN,
    wake,
    log,
    signal: listening,
  });
  try {
    while (!signal.aborted) {
      if (!(await claimAndRun(donor, offers))) await wake.wait(POLL, signal);
    }
  } finally {
    ended.abort();
    await doorbell;
  }
}

/** Whether there was a job. */
async function claimAndRun(donor: Donor, offers: Needs): Promise<boolean> {
  const lease = await claim(donor, offers);
  if (!lease) return false;
  const { jobId, epoch, recipe } = lease;
  donor.log.info('job leased', { jobId, epoch, kind: recipe.kind });
  const startedAt = performance.now();
  const outcome = await runJob(donor, lease);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  donor.log.info('job ended', { jobId, epoch, kind: recipe.kind, outcome, seconds });
  // A job that failed here may fail here again: another node gets the first try.
  if (outcome === 'failed') await pause(FAILED_PAUSE, donor.stopping);
  return true;
}

async function claim(donor: Donor, offers: Needs) {
  try {
    return await donor.hub.claim({ jobId: null, node: donor.node, offers });
  } catch (error) {
    if (donor.stopping.aborted) return null;
    if (error instanceof Rejection && error.code.startsWith('auth.'))
      throw new PreflightFailed(error.message);
    if (!(error instanceof Rejection && error.code === 'job.none-fits'))
      donor.log.warn('no job could be claimed', { hub: donor.hubUrl, error: describeError(error) });
    await pause(1000, donor.stopping);
    return null;
  }
}

/** Folders of jobs whose process is gone, as after `kill -9`. */
async function removeLeftovers(workDir: string): Promise<void> {
  const dir = join(workDir, 'jobs');
  await mkdir(dir, { recursive: true });
  for (const name of await readdir(dir)) {
    if (!isAnotherAlive(Number.parseInt(name, 10)))
      await rm(join(dir, name), { recursive: true, force: true });
  }
}
