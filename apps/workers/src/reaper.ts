import { execute, expiredLeases, type Hub } from '@tsudoi/hub';
import { deterministicId, Rejection } from '@tsudoi/schema';
import { describeError, type Log } from './roles/log.ts';
import { pause } from './roles/wake.ts';

const EVERY = 1000;

/** Ends leases whose time is over by the database's clock, so that their jobs are queued again. */
export async function runReaper(hub: Hub, { log, signal }: { log: Log; signal: AbortSignal }): Promise<void> {
  while (!signal.aborted) {
    for (const lease of await expiredLeases(hub)) await expire(hub, lease, log);
    await pause(EVERY, signal);
  }
}

async function expire(hub: Hub, lease: { jobId: string; epoch: number }, log: Log): Promise<void> {
  try {
    await execute(
      hub,
      { type: 'job.expireLease', data: lease },
      {
        actor: { kind: 'system', name: 'reaper' },
        commandId: deterministicId('expire', lease.jobId, lease.epoch),
      },
    );
    log.info('lease expired', lease);
  } catch (error) {
    // Another reaper, or the worker itself, was a moment earlier.
    if (!(error instanceof Rejection)) throw error;
    log.warn('lease was not expired', { ...lease, error: describeError(error) });
  }
}
