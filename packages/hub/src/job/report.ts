import type { JobEvent } from '@tsudoi/schema';
import { difference } from './compare-results.ts';
import { requireDrafted } from './decide.ts';
import type { JobState, Result } from './job.ts';

/** So many owners' nodes run a job whose results do not agree, before it is given up as not reproducible. */
export const mostExecutions = 3;

/** What follows from a reported result: it counts, it must wait (for a replica or a supervisor), or the job has failed. */
export type Report = { accepted: Result; events: JobEvent[] } | { accepted: null; events: JobEvent[] };

/**
 * Weighs a new result. The hub hashed each file itself when it arrived, so where that is enough and no supervisor has to
 * look, the result counts at once. Otherwise it is kept in the log until it does.
 */
export function report(state: JobState, jobId: string, result: Result): Report {
  const { verification, endCheck } = requireDrafted(state, jobId);
  const kept: JobEvent = {
    type: 'JobResultReported',
    data: { jobId, ...result, outputs: [...result.outputs] },
  };
  const endCheckWanted: JobEvent = { type: 'JobEndCheckWanted', data: { jobId, epoch: result.epoch } };
  if (verification.method === 'hash') {
    return endCheck ? { accepted: null, events: [kept, endCheckWanted] } : { accepted: result, events: [] };
  }
  const differences = state.results.map((earlier) =>
    difference(earlier.outputs, result.outputs, verification),
  );
  if (differences.includes(null)) {
    return endCheck
      ? { accepted: null, events: [kept, endCheckWanted] }
      : { accepted: result, events: [kept] };
  }
  const found = differences.filter((one) => one !== null);
  const results = state.results.length + 1;
  if (results < mostExecutions) {
    const wanted: JobEvent = { type: 'JobReplicaWanted', data: { jobId, results, differences: found } };
    return { accepted: null, events: [kept, wanted] };
  }
  const rejection = {
    code: 'job.not-reproducible' as const,
    params: { results, difference: found.at(-1)! },
  };
  const failed: JobEvent = {
    type: 'JobFailed',
    data: { jobId, epoch: result.epoch, rejection, requeued: false },
  };
  return { accepted: null, events: [kept, failed] };
}

/** The result counts: its artifacts are registered and the job is done. */
export function complete(
  state: JobState,
  jobId: string,
  { epoch }: Result,
  artifactIds: string[],
): JobEvent[] {
  const { method } = requireDrafted(state, jobId).verification;
  return [
    { type: 'JobCompleted', data: { jobId, epoch, artifactIds } },
    { type: 'JobVerified', data: { jobId, method } },
  ];
}
