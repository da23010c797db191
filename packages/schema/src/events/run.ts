import { z } from 'zod';
import { ArtifactId, GroupId, JobId, PersonId, RunId } from '../ids.ts';
import { RunCard } from '../recipes.ts';
import { RejectionValue } from '../rejection.ts';
import { type EventOf, event } from './define.ts';

/** No event changes a card: other settings are another run, which may say which one it supersedes. */
export const runEvents = [
  event(
    'run',
    'RunRegistered',
    2,
    {
      runId: RunId,
      personId: PersonId,
      groupId: GroupId.nullable(),
      card: RunCard,
      supersedes: RunId.nullable(),
    },
    { 1: (data) => ({ ...(data as Record<string, unknown>), supersedes: null }) },
  ),
  event('run', 'RunStarted', 1, { runId: RunId, jobId: JobId }),
  event('run', 'RunCompleted', 1, {
    runId: RunId,
    modelArtifactId: ArtifactId,
    evaluationArtifactId: ArtifactId,
  }),
  event('run', 'RunFailed', 1, { runId: RunId, jobId: JobId, rejection: RejectionValue }),
  event('run', 'RunAbandoned', 1, { runId: RunId, personId: PersonId, reason: z.string() }),
  /** What went wrong and what follows from it. A later one adds to the record and replaces nothing. */
  event('run', 'PostMortemWritten', 1, {
    runId: RunId,
    personId: PersonId,
    summary: z.string(),
    cause: z.string(),
    lessons: z.string(),
  }),
] as const;
export type RunEvent = EventOf<typeof runEvents>;
