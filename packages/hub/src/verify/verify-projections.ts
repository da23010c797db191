import { type Database, inTransaction, type ScopedTransaction, type Transaction } from '../log/connection.ts';
import { logHead } from '../log/read-log.ts';
import { isPassing } from '../projections/advance.ts';
import { readCheckpoints } from '../projections/checkpoint.ts';
import type { Projection } from '../projections/projection.ts';
import { replay } from '../projections/rebuild.ts';
import { allProjections } from '../projections/registry.ts';

export interface ProjectionReport {
  name: string;
  /** Up to where its rows are made, and how many events it has not seen yet. */
  position: number;
  lag: number;
  rows: number;
  /** MD5 over the sorted rows of each table: two folds of one log give the same. */
  hash: string;
  problem: string | null;
}

const scratch = 'verify_scratch';

/**
 * Folds the log anew for each projection, into empty tables of the same shape, and compares them with the live rows.
 * Everything is seen at one moment (REPEATABLE READ), so it may run while the hub works; nothing of it stays.
 */
export async function verifyProjections(
  sql: Database,
  projections: readonly Projection[] = allProjections,
): Promise<ProjectionReport[]> {
  const reports: ProjectionReport[] = [];
  const done = new Error('verified: rolling the scratch tables back');
  await inTransaction(sql, 'isolation level repeatable read', async (tx) => {
    const { position: head } = await logHead(tx);
    const checkpoints = new Map((await readCheckpoints(tx)).map((row) => [row.name, row]));
    const [{ live }] = await tx<{ live: string }[]>`select current_schema() as live`;
    await tx`create schema ${tx(scratch)}`;
    for (const projection of projections) {
      const checkpoint = checkpoints.get(projection.name);
      const position = checkpoint?.position ?? 0;
      const report = await compare(tx, live, projection, position);
      const problem =
        checkpoint?.error ?? (position > head ? 'its checkpoint is past the log' : report.problem);
      reports.push({
        ...report,
        name: projection.name,
        position,
        lag: Math.max(0, head - position),
        problem,
      });
    }
    throw done;
  }).catch((error) => {
    if (error !== done) throw error;
  });
  return reports;
}

async function compare(tx: ScopedTransaction, live: string, projection: Projection, position: number) {
  for (const table of projection.tables) {
    await tx`create table ${tx(`${scratch}.${table}`)} (like ${tx(`${live}.${table}`)} including all)`;
  }
  const failure = position > 0 ? await fold(tx, live, projection, position) : null;
  let rows = 0;
  const hashes: string[] = [];
  let problem = failure;
  for (const table of projection.tables) {
    const [actual, folded] = [
      await fingerprint(tx, `${live}.${table}`),
      await fingerprint(tx, `${scratch}.${table}`),
    ];
    rows += actual.rows;
    hashes.push(actual.hash);
    if (actual.hash !== folded.hash) problem ??= await firstDifference(tx, table, live);
  }
  return { rows, hash: hashes.join('-'), problem };
}

/** Replays into the scratch tables. @returns what stands in the way, or null */
async function fold(
  tx: ScopedTransaction,
  live: string,
  projection: Projection,
  position: number,
): Promise<string | null> {
  try {
    await tx.savepoint(async (inner) => {
      await inner`select set_config('search_path', ${`${scratch}, ${live}`}, true)`;
      await replay(inner, projection, position);
      await inner`select set_config('search_path', ${live}, true)`;
    });
    return null;
  } catch (error) {
    if (isPassing(error)) throw error;
    return `the log cannot be folded: ${error instanceof Error ? error.message : error}`;
  }
}

async function fingerprint(tx: Transaction, table: string): Promise<{ rows: number; hash: string }> {
  const [row] = await tx<{ rows: number; hash: string }[]>`
    select count(*)::int as rows,
           md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) as hash
    from ${tx(table)} t`;
  return row;
}

async function firstDifference(tx: Transaction, table: string, live: string): Promise<string> {
  const actual = tx`select to_jsonb(t) as row from ${tx(`${live}.${table}`)} t`;
  const folded = tx`select to_jsonb(t) as row from ${tx(`${scratch}.${table}`)} t`;
  const [extra] = await tx<{ row: unknown }[]>`(${actual}) except (${folded}) order by row limit 1`;
  const [absent] = await tx<{ row: unknown }[]>`(${folded}) except (${actual}) order by row limit 1`;
  const show = (found: { row: unknown } | undefined) =>
    found ? JSON.stringify(found.row).slice(0, 500) : 'none';
  return `${table} differs from a fold of the log: it has ${show(extra)}, the log gives ${show(absent)}`;
}
