import { createHash } from 'node:crypto';
import { CreditRule, canonicalJson, type Manifest } from '@tsudoi/schema';
import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';

/** One person's part in a release: how often each rule credited them, and what leads stated. No names: only ids. */
export interface CreditLine {
  personId: string;
  rules: Partial<Record<CreditRule, number>>;
  statements: string[];
}

const Rows = z.array(
  z.object({ personId: z.string(), rule: CreditRule, entries: z.number(), statements: z.array(z.string()) }),
);

/**
 * Everybody whose work is in a release, by person id: work on its sources, its run, the jobs of its lineage, the release
 * itself, and what leads of its group stated. Reversed entries do not count.
 */
export async function creditLines(
  sql: Queryable,
  subject: { releaseId: string; groupId: string | null; jobIds: string[]; manifest: Manifest },
): Promise<CreditLine[]> {
  const { releaseId, groupId, jobIds, manifest } = subject;
  const streams = [releaseId, ...jobIds, ...manifest.sourceIds, ...(manifest.runId ? [manifest.runId] : [])];
  const rows = await sql`
    select person_id as "personId", rule, count(*)::int as entries,
           coalesce(array_agg(statement order by statement) filter (where statement <> ''), '{}') as statements
    from credit_entry
    where not reversed and (stream_id = any(${streams})
      or (rule = 'statement' and group_id is not distinct from ${groupId}::uuid))
    group by person_id, rule order by person_id, rule`;
  const lines = new Map<string, CreditLine>();
  for (const { personId, rule, entries, statements } of Rows.parse([...rows])) {
    const line = lines.get(personId) ?? { personId, rules: {}, statements: [] };
    lines.set(personId, {
      personId,
      rules: { ...line.rules, [rule]: entries },
      statements: [...line.statements, ...statements],
    });
  }
  return [...lines.values()];
}

/** SHA-256 of the canonical JSON of the lines: what the log keeps of the CREDITS of a release. */
export function creditsHash(lines: readonly CreditLine[]): string {
  return createHash('sha256').update(canonicalJson(lines)).digest('hex');
}
