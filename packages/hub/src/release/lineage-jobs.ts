import { artifact } from '../artifact/artifact.ts';
import { type Histories, load } from '../command/aggregate.ts';
import type { Queryable } from '../log/connection.ts';

/** The jobs that made an artifact and everything it was made from. */
export async function lineageJobs(from: Histories | Queryable, artifactId: string): Promise<string[]> {
  const jobs = new Set<string>();
  const seen = new Set<string>();
  const open = [artifactId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const { manifest } = (await load(from, artifact, id)).state;
    if (!manifest) continue;
    jobs.add(manifest.jobId);
    open.push(...manifest.inputs);
  }
  return [...jobs].sort();
}
