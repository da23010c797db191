import type { Projection } from './projection.ts';

export const runs: Projection = {
  name: 'runs',
  version: 2,
  tables: ['view_run', 'view_post_mortem'],
  types: ['RunRegistered', 'RunStarted', 'RunCompleted', 'RunAbandoned', 'PostMortemWritten', 'RunFailed'],
  async apply(sql, { event, at, version }) {
    switch (event.type) {
      case 'RunRegistered': {
        const { runId, personId, groupId, card, supersedes } = event.data;
        await sql`
          insert into view_run (run_id, person_id, group_id, card, supersedes, state, registered_at)
          values (${runId}, ${personId}, ${groupId}, ${sql.json(card)}, ${supersedes}, 'registered', ${at})`;
        return;
      }
      case 'RunStarted':
        await sql`update view_run set state = 'running' where run_id = ${event.data.runId}`;
        return;
      case 'RunCompleted': {
        const { runId, modelArtifactId, evaluationArtifactId } = event.data;
        await sql`
          update view_run set state = 'completed', model_artifact_id = ${modelArtifactId},
            evaluation_artifact_id = ${evaluationArtifactId}
          where run_id = ${runId}`;
        return;
      }
      case 'RunAbandoned':
        await sql`
          update view_run set state = 'abandoned', abandoned_because = ${event.data.reason}
          where run_id = ${event.data.runId}`;
        return;
      case 'PostMortemWritten': {
        const { runId, personId, summary, cause, lessons } = event.data;
        await sql`
          insert into view_post_mortem (run_id, version, person_id, summary, cause, lessons, at)
          values (${runId}, ${version}, ${personId}, ${summary}, ${cause}, ${lessons}, ${at})`;
        return;
      }
      case 'RunFailed': {
        const { runId, rejection } = event.data;
        await sql`
          update view_run set state = 'failed', failure = ${sql.json(rejection)} where run_id = ${runId}`;
        return;
      }
    }
  },
};
