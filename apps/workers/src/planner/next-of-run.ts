import {
  type ArtifactKind,
  type Command,
  deterministicId,
  type JobKind,
  type RejectionValue,
} from '@tsudoi/schema';
import type { JobDraft } from './drafts.ts';
import { type Cause, type PlannedJob, type PlannerState, taskKey } from './state.ts';

export interface PlannedCommand {
  commandId: string;
  command: Command;
  cause: Cause;
}

/** An artifact with the job that made it. */
export type Made = { output: string; job: PlannedJob };
/** What has to be sent before something is made; nothing, while a job is at work on it. */
export type Due = { due: PlannedCommand[] };

/** The finished job of one kind of a run, or what is due before it is finished. */
export function nextOfRun(
  state: PlannerState,
  runId: string,
  task: { kind: JobKind; id: string; output: ArtifactKind; make: () => JobDraft; causes: { cause: Cause }[] },
): Due | Made {
  const found = taskOf(state, task.kind, task.id, task.output);
  if (!found) return { due: [draft(task.make(), task.causes)] };
  if (found.job.failure) return { due: [failRun(runId, found.jobId, found.job.failure, found.job.cause)] };
  return found.output ? { output: found.output, job: found.job } : { due: [] };
}

/** The job of a task with its artifact of the wanted kind, once that is registered. */
export function taskOf(state: PlannerState, kind: JobKind, id: string, wanted: ArtifactKind) {
  const jobId = state.tasks.get(taskKey(kind, id));
  const job = jobId && state.jobs.get(jobId);
  if (!job) return null;
  return { jobId, job, output: job.artifactIds.find((one) => state.artifacts.get(one)?.kind === wanted) };
}

export function failRun(
  runId: string,
  jobId: string,
  rejection: RejectionValue,
  cause: Cause,
): PlannedCommand {
  return planned({ type: 'run.fail', data: { runId, jobId, rejection } }, cause);
}

/** A job follows from the newest of the events it waited for. */
export function draft(data: JobDraft, causes: { cause: Cause }[]): PlannedCommand {
  const cause = causes.map((one) => one.cause).reduce((a, b) => (a.position >= b.position ? a : b));
  return planned({ type: 'job.draft', data }, cause);
}

export function planned(command: Command, cause: Cause): PlannedCommand {
  return { commandId: deterministicId('command', command.type, command.data), command, cause };
}
