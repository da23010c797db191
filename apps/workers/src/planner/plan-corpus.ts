import { type ArtifactKind, dedupRanksOf, type JobKind, ranksOf } from '@tsudoi/schema';
import { type JobDraft, runDrafts } from './drafts.ts';
import { type Due, type Made, nextOfRun, taskOf } from './next-of-run.ts';
import { type Cause, type PlannedRun, type PlannerState, rankKey } from './state.ts';

/** The filtered documents of one source. */
export type MadeOfSource = Made & { sourceId: string };

/** What a run does to the documents of its sources until they are its corpus. */
export function corpusOf(
  state: PlannerState,
  runId: string,
  run: PlannedRun,
  filtered: MadeOfSource[],
): Due | Made {
  const drafts = runDrafts(runId, run.card);
  const refined = refinedDocuments(state, runId, run, filtered);
  if ('due' in refined) return refined;
  const { made } = refined;
  const whole = (kind: JobKind, output: ArtifactKind, from: Made[], make: () => JobDraft) =>
    nextOfRun(state, runId, {
      ...{ kind, id: runId, output, make },
      causes: [run, ...from.map(({ job }) => job)],
    });
  const inOneJob = () => whole('dedup', 'corpus', made, () => drafts.dedup(outputsOf(made)));

  const ranks = dedupRanksOf(run.card);
  // A run that began when one job did it all keeps that job.
  if (ranks === 1 || taskOf(state, 'dedup', runId, 'corpus')) return inOneJob();
  const shares = sharesOf(made, ranks); // what was refined is one artifact a rank
  const each = (kind: JobKind, output: ArtifactKind, make: (rank: number) => JobDraft, causes: Caused[][]) =>
    byRank(state, runId, ranks, { kind, output, make, causes: (rank) => [run, ...(causes[rank] ?? [])] });
  const jobs = shares.map((share) => share.map(({ job }) => job));
  const signed = each(
    'dedup-sign',
    'signatures',
    (rank) => drafts.dedupSign(rank, ranks, outputsOf(shares[rank])),
    jobs,
  );
  if ('due' in signed) return signed;
  const grouped = whole('dedup-group', 'duplicates', signed.made, () =>
    drafts.dedupGroup(ranks, outputsOf(signed.made)),
  );
  if ('due' in grouped) return grouped;
  const applied = each(
    'dedup-apply',
    'filtered-documents',
    (rank) => drafts.dedupApply(rank, ranks, [...outputsOf(shares[rank]), grouped.output]),
    jobs.map((some) => [...some, grouped.job]),
  );
  if ('due' in applied) return applied;
  return whole('dedup', 'corpus', applied.made, () =>
    drafts.dedup([...outputsOf(applied.made), grouped.output], ranks),
  );
}

type Caused = { cause: Cause };
const outputsOf = (made: Made[]) => made.map(({ output }) => output);

/** The sources stand in the order of their ids, and rank r has those at r, r + ranks, … */
function sharesOf<T>(ordered: T[], ranks: number): T[][] {
  return Array.from({ length: ranks }, (_, rank) => ordered.filter((_, unit) => unit % ranks === rank));
}

/** The documents that a run's own filters leave, one artifact a rank; those of its sources, where it has no filters. */
function refinedDocuments(
  state: PlannerState,
  runId: string,
  run: PlannedRun,
  filtered: MadeOfSource[],
): Due | { made: Made[] } {
  const ordered = filtered.toSorted((a, b) => (a.sourceId < b.sourceId ? -1 : 1));
  const { corpus } = run.card;
  if (!corpus?.filter && !corpus?.decontaminate) return { made: ordered };
  const ranks = ranksOf(run.card);
  const shares = sharesOf(ordered, ranks);
  const { refine } = runDrafts(runId, run.card);
  return byRank(state, runId, ranks, {
    ...{ kind: 'refine', output: 'filtered-documents' },
    make: (rank) => refine(rank, ranks, outputsOf(shares[rank])),
    causes: (rank) => [run, ...shares[rank].map(({ job }) => job)],
  });
}

/** One job a rank, all drafted at once so that nodes share them. */
function byRank(
  state: PlannerState,
  runId: string,
  ranks: number,
  task: {
    kind: JobKind;
    output: ArtifactKind;
    make: (rank: number) => JobDraft;
    causes: (rank: number) => Caused[];
  },
): Due | { made: Made[] } {
  const all = Array.from({ length: ranks }, (_, rank) =>
    nextOfRun(state, runId, {
      ...{ kind: task.kind, id: rankKey(runId, rank), output: task.output },
      ...{ make: () => task.make(rank), causes: task.causes(rank) },
    }),
  );
  const made = all.flatMap((one) => ('due' in one ? [] : [one]));
  if (made.length === ranks) return { made };
  // A run fails once, by whichever rank failed first in their order.
  const due = all.flatMap((one) => ('due' in one ? one.due : []));
  const failure = due.find(({ command }) => command.type === 'run.fail');
  return { due: failure ? [failure] : due };
}
