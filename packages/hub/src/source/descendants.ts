import type { ArtifactEvent, ReleaseEvent, RunEvent } from '@tsudoi/schema';
import type { Queryable, Statement, Transaction } from '../log/connection.ts';
import type { Descendants } from './decide.ts';

/** Notes what comes from which source, in the transaction in which it comes to be. */
export function projectDescendants(
  tx: Transaction,
  { type, data }: ArtifactEvent | RunEvent | ReleaseEvent,
): Statement[] {
  switch (type) {
    case 'ArtifactRegistered':
      return insert(tx, data.manifest.sourceIds, 'artifact', data.artifactId);
    case 'RunRegistered':
      return insert(tx, data.card.sourceIds, 'run', data.runId);
    case 'ReleaseDrafted':
      return [
        tx`
        insert into source_descendant (source_id, kind, id)
        select source_id, 'release', ${data.releaseId} from source_descendant
        where kind = 'artifact' and id = ${data.artifactId} on conflict do nothing`,
      ];
    default:
      return [];
  }
}

function insert(tx: Transaction, sourceIds: string[], kind: string, id: string): Statement[] {
  if (sourceIds.length === 0) return [];
  return [
    tx`
    insert into source_descendant (source_id, kind, id)
    select source_id, ${kind}, ${id} from unnest(${sourceIds}::uuid[]) as source_id on conflict do nothing`,
  ];
}

export async function countDescendants(sql: Queryable, sourceId: string): Promise<Descendants> {
  const [row] = await sql<[Descendants]>`
    select count(*) filter (where kind = 'artifact')::int as artifacts,
           count(*) filter (where kind = 'run')::int as runs,
           count(*) filter (where kind = 'release')::int as releases
    from source_descendant where source_id = ${sourceId}`;
  return row;
}
