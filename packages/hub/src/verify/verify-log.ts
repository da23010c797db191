import type { Hub } from '../hub.ts';
import { type ChainReport, verifyChain } from '../log/verify-chain.ts';
import { type ProjectionReport, verifyProjections } from './verify-projections.ts';
import { type PublishedLog, type StreamReport, verifyStream } from './verify-stream.ts';

export interface VerifyReport {
  ok: boolean;
  /** The first thing that is wrong, in words, or null. */
  problem: string | null;
  log: ChainReport;
  projections: ProjectionReport[];
  /** Null when no stream was given to compare with. */
  stream: StreamReport | null;
}

/**
 * Walks the whole log and everything that follows from it: positions and versions without gaps, the hash chain, each
 * projection equal to a fold of the log, the published copy equal to the log.
 */
export async function verifyLog(
  hub: Pick<Hub, 'sql'>,
  { stream }: { stream?: PublishedLog } = {},
): Promise<VerifyReport> {
  const log = await verifyChain(hub.sql);
  const projections = await verifyProjections(hub.sql);
  const published = stream ? await verifyStream(hub.sql, stream) : null;
  const problems = [
    log.problem,
    ...projections.map(({ name, problem }) => problem && `projection ${name}: ${problem}`),
    published?.problem,
  ];
  const problem = problems.find((found) => found) ?? null;
  return { ok: problem === null, problem, log, projections, stream: published };
}
