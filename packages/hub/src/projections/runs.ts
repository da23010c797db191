import type { Projection } from './projection.ts';

export const runs: Projection = {
  name: 'runs',
  version: 1,
  tables: ['view_run'],
  async apply(sql, { event, at }) {
    switch (event.type) {
      case 'RunRegistered': {
        const { runId, personId, groupId, card } = event.data;
        await sql`
          insert into view_run (run_id, person_id, group_id, card, state, registered_at)
          values (${runId}, ${personId}, ${groupId}, ${sql.json(card)}, 'registered', ${at})`;
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
      case 'RunFailed': {
        const { runId, rejection } = event.data;
        await sql`
          update view_run set state = 'failed', failure = ${sql.json(rejection)} where run_id = ${runId}`;
        return;
      }
    }
  },
};
