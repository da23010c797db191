import { ArtifactId, GroupId, JobId, PersonId, RunId } from '../ids.ts';
import { RunCard } from '../recipes.ts';
import { RejectionValue } from '../rejection.ts';
import { type EventOf, event } from './define.ts';

export const runEvents = [
  event('run', 'RunRegistered', 1, {
    runId: RunId,
    personId: PersonId,
    groupId: GroupId.nullable(),
    card: RunCard,
  }),
  event('run', 'RunStarted', 1, { runId: RunId, jobId: JobId }),
  event('run', 'RunCompleted', 1, {
    runId: RunId,
    modelArtifactId: ArtifactId,
    evaluationArtifactId: ArtifactId,
  }),
  event('run', 'RunFailed', 1, { runId: RunId, jobId: JobId, rejection: RejectionValue }),
] as const;
export type RunEvent = EventOf<typeof runEvents>;
