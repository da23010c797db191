import { type CommandData, type JobEvent, Rejection } from '@tsudoi/schema';
import { hasLeasesLeft, requireDrafted } from './decide.ts';
import type { JobState } from './job.ts';

/** The two gates of a supervisor, as LLM-jp keeps them by hand: before a job starts, and before its result counts. */
export function approveStart(
  state: JobState,
  supervisorId: string,
  { jobId }: CommandData<'job.approveStart'>,
): JobEvent[] {
  requireAwaitingStart(state, jobId);
  return [
    { type: 'JobStartApproved', data: { jobId, supervisorId } },
    { type: 'JobQueued', data: { jobId } },
  ];
}

/** Too many nodes, the wrong input: the job does not start and its drafter reads why. */
export function refuseStart(
  state: JobState,
  supervisorId: string,
  { jobId, reason }: CommandData<'job.refuseStart'>,
): JobEvent[] {
  requireAwaitingStart(state, jobId);
  return [{ type: 'JobStartRefused', data: { jobId, supervisorId, reason } }];
}

/** @throws Rejection `job.not-awaiting-end` */
export function approveEnd(state: JobState, supervisorId: string, jobId: string): JobEvent[] {
  requireAwaitingEnd(state, jobId);
  return [{ type: 'JobEndApproved', data: { jobId, supervisorId } }];
}

/** Results that do not do are void; the job runs again while it has leases left. */
export function sendBack(
  state: JobState,
  supervisorId: string,
  { jobId, reason }: CommandData<'job.sendBack'>,
): JobEvent[] {
  requireAwaitingEnd(state, jobId);
  const sentBack: JobEvent = { type: 'JobSentBack', data: { jobId, supervisorId, reason } };
  if (hasLeasesLeft({ ...state, results: [] })) return [sentBack];
  const rejection = { code: 'job.sent-back' as const, params: { reason } };
  return [sentBack, { type: 'JobFailed', data: { jobId, epoch: state.epoch, rejection, requeued: false } }];
}

function requireAwaitingStart(state: JobState, jobId: string): void {
  requireDrafted(state, jobId);
  if (state.phase !== 'awaiting-start') {
    throw new Rejection('job.not-awaiting-start', { state: state.phase! });
  }
}

function requireAwaitingEnd(state: JobState, jobId: string): void {
  requireDrafted(state, jobId);
  if (state.phase !== 'awaiting-end') throw new Rejection('job.not-awaiting-end', { state: state.phase! });
}
