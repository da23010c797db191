import { type RunGates, Uuid } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import type { JobDraft } from './drafts.ts';
import { artifact, TestLog, uuid } from './testing/log.ts';

const sourceId = uuid('source');
const other = uuid('other source');
const runId = uuid('run');
const kindOf = (draft: JobDraft) => draft.recipe.kind;
const typesOf = (log: TestLog) => log.plan().map(({ command }) => command.type);

function ingested(log: TestLog, id: string): TestLog {
  const [ingest] = log.proposed(id).accepted(id).obey();
  return log.completed(ingest, [{ kind: 'documents', stats: { documents: 3, bytes: 99 } }]);
}

function filtered(log: TestLog, id: string): TestLog {
  const [filter] = ingested(log, id).obey();
  return log.completed(filter, [{ kind: 'filtered-documents' }]);
}

describe('sources', () => {
  test('a proposal alone asks for nothing', () => {
    expect(new TestLog().proposed(sourceId).plan()).toEqual([]);
  });

  test('an accepted source gets one ingest job, in the trace of the accepting review', () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const [only, ...rest] = new TestLog().proposed(sourceId).accepted(sourceId, trace).plan();
    expect(rest).toEqual([]);
    expect(only).toMatchObject({
      command: { type: 'job.draft', data: { recipe: { kind: 'ingest', sourceId }, inputs: [], runId: null } },
      cause: { position: 2, traceparent: trace },
    });
  });

  test('the ingested artifact is marked with its counts and goes to the filter', () => {
    const log = ingested(new TestLog(), sourceId);
    const [mark, filter] = log.plan().map((one) => one.command);
    expect(mark).toMatchObject({ type: 'source.markIngested', data: { sourceId, documents: 3, bytes: 99 } });
    expect(filter).toMatchObject({ type: 'job.draft', data: { recipe: { kind: 'filter', sourceId } } });
    const ingest = log.recorded.find(({ event }) => event.type === 'JobCompleted')?.event.data as {
      artifactIds: string[];
    };
    expect(filter.data).toMatchObject({ inputs: ingest.artifactIds });
  });

  test('a withdrawn source gets no further job', () => {
    const log = ingested(new TestLog(), sourceId);
    log.append({
      type: 'SourceWithdrawn',
      data: { sourceId, personId: uuid('p'), reason: 'asked to', descendants: null },
    });
    expect(log.plan()).toEqual([]);
  });

  test('a job whose artifacts are not yet read from the log is waited for', () => {
    const log = new TestLog().proposed(sourceId).accepted(sourceId);
    const [ingest] = log.obey();
    log.append({
      type: 'JobCompleted',
      data: { jobId: ingest.jobId, epoch: 1, artifactIds: [artifact('unread')] },
    });
    expect(log.plan()).toEqual([]);
  });
});

describe('runs', () => {
  test('a run waits for the filtered documents of all its sources', () => {
    const log = filtered(new TestLog(), sourceId).proposed(other).accepted(other);
    log.registered(runId, [sourceId, other]);
    expect(log.obey().map(kindOf)).toEqual(['ingest']);
  });

  test('a run goes from deduplication to evaluation, each job fed by those before it, and is completed', () => {
    const log = filtered(filtered(new TestLog(), sourceId), other).registered(runId, [sourceId, other], true);
    const outputs = {
      dedup: 'corpus',
      tokenizer: 'tokenizer',
      shards: 'token-shards',
      pretrain: 'model',
    } as const;
    const made: Record<string, string> = {};
    for (const [kind, output] of Object.entries(outputs)) {
      const [job, ...rest] = log.obey();
      expect(rest).toEqual([]);
      expect(kindOf(job)).toBe(kind);
      expect(job.startCheck).toBe(kind === 'pretrain');
      made[output] = artifact(`${job.jobId} ${output}`);
      const wanted: Record<string, string[]> = {
        tokenizer: [made.corpus],
        shards: [made.corpus, made.tokenizer],
        pretrain: [made['token-shards'], made.tokenizer],
      };
      if (wanted[kind]) expect(job.inputs).toEqual(wanted[kind]);
      else expect(job.inputs).toHaveLength(2);
      log.completed(job, [{ kind: output }]);
    }
    const [evaluate] = log.obey();
    expect(evaluate.inputs).toEqual([made.model, made['token-shards'], made.corpus, made.tokenizer]);
    log.completed(evaluate, [{ kind: 'evaluation' }]);
    expect(log.plan().map((one) => one.command)).toEqual([
      {
        type: 'run.complete',
        data: {
          runId,
          modelArtifactId: made.model,
          evaluationArtifactId: artifact(`${evaluate.jobId} evaluation`),
        },
      },
    ]);
    log.obey();
    expect(log.plan()).toEqual([]);
  });

  test('each job has the gates that the card asks for, at its start and at its end', () => {
    const gates = {
      start: ['tokenizer', 'pretrain'],
      end: ['dedup', 'pretrain', 'evaluate'],
    } satisfies RunGates;
    const log = filtered(new TestLog(), sourceId).registered(
      runId,
      [sourceId],
      false,
      null,
      undefined,
      gates,
    );
    const made: Record<string, { start: boolean; end: boolean }> = {};
    for (const output of ['corpus', 'tokenizer', 'token-shards', 'model', 'evaluation'] as const) {
      const [job] = log.obey();
      made[kindOf(job)] = { start: job.startCheck, end: job.endCheck ?? false };
      log.completed(job, [{ kind: output }]);
    }
    expect(made).toEqual({
      dedup: { start: false, end: true },
      tokenizer: { start: true, end: false },
      shards: { start: false, end: false },
      pretrain: { start: true, end: true },
      evaluate: { start: false, end: true },
    });
  });

  test('gates change who looks at a job and not which job it is', () => {
    const idOf = (gates?: RunGates) =>
      filtered(new TestLog(), sourceId).registered(runId, [sourceId], false, null, undefined, gates).obey()[0]
        .jobId;
    expect(idOf({ start: ['dedup'], end: ['dedup'] })).toBe(idOf());
  });

  const rules = [{ filter: 'length', params: { min: 9 } }];
  const three = ['one', 'two', 'three'].map((name) => uuid(name)).sort();
  const refining = (ranks: number) => {
    const log = three.reduce((made, id) => filtered(made, id), new TestLog());
    return log.registered(runId, three, false, null, { ranks, filter: { rules } });
  };

  test.each([1, 2, 3, 8])(
    'filters of its own are shared out over %i ranks, each source to one of them, and deduplication waits for all',
    (ranks) => {
      const log = refining(ranks);
      const jobs = log.obey();
      const count = Math.min(ranks, three.length);
      expect(jobs.map(({ recipe }) => recipe)).toEqual(
        Array.from({ length: count }, (_, rank) => ({
          kind: 'refine',
          runId,
          rank,
          ranks: count,
          filter: { rules },
        })),
      );
      expect(new Set(jobs.flatMap(({ inputs }) => inputs)).size).toBe(three.length);
      expect(log.plan()).toEqual([]);
      for (const job of jobs.slice(1)) log.completed(job, [{ kind: 'filtered-documents' }]);
      if (jobs.length > 1) expect(log.plan()).toEqual([]);
      log.completed(jobs[0], [{ kind: 'filtered-documents' }]);
      const next = log.obey();
      expect(next.map(kindOf)).toEqual(jobs.map(() => (count === 1 ? 'dedup' : 'dedup-sign')));
      const refined = jobs.map(({ jobId }) => [artifact(`${jobId} filtered-documents`)]);
      expect(next.map(({ inputs }) => inputs)).toEqual(refined);
    },
  );

  const inRanks = (ranks: number, corpus: object = {}) => {
    const log = three.reduce((made, id) => filtered(made, id), new TestLog());
    return log.registered(runId, three, false, null, { ranks, ...corpus });
  };
  const outputOf = ({ jobId }: JobDraft, kind: string) => artifact(`${jobId} ${kind}`);

  test('ranks deduplicate in three steps, each of which waits for every rank of the one before, and one job joins them', () => {
    const log = inRanks(2);
    const signing = log.obey();
    expect(signing.map(({ recipe }) => recipe)).toMatchObject([
      { kind: 'dedup-sign', rank: 0, ranks: 2 },
      { kind: 'dedup-sign', rank: 1, ranks: 2 },
    ]);
    expect(signing.map(({ inputs }) => inputs.length)).toEqual([2, 1]);
    log.completed(signing[1], [{ kind: 'signatures' }]);
    expect(log.plan()).toEqual([]);
    const [group, ...others] = log.completed(signing[0], [{ kind: 'signatures' }]).obey();
    expect(others).toEqual([]);
    expect(group).toMatchObject({
      recipe: { kind: 'dedup-group', ranks: 2 },
      inputs: signing.map((job) => outputOf(job, 'signatures')).sort(),
    });
    const applying = log.completed(group, [{ kind: 'duplicates' }]).obey();
    const lists = outputOf(group, 'duplicates');
    expect(applying.map(kindOf)).toEqual(['dedup-apply', 'dedup-apply']);
    expect(applying.map(({ inputs }) => inputs)).toEqual(
      signing.map(({ inputs }) => [...inputs, lists].sort()),
    );
    log.completed(applying[0], [{ kind: 'filtered-documents' }]);
    expect(log.plan()).toEqual([]);
    const [join, ...rest] = log.completed(applying[1], [{ kind: 'filtered-documents' }]).obey();
    expect(rest).toEqual([]);
    expect(join).toMatchObject({
      recipe: { kind: 'dedup', ranks: 2 },
      inputs: [...applying.map((job) => outputOf(job, 'filtered-documents')), lists].sort(),
    });
    expect(
      log
        .completed(join, [{ kind: 'corpus' }])
        .obey()
        .map(kindOf),
    ).toEqual(['tokenizer']);
  });

  test('one rank, and rules on repeated paragraphs, leave the deduplication to one job', () => {
    const paragraphs = { runs: { count: 3, frequency: 9 }, documents: { expected: 5, percentile: 0.05 } };
    expect(inRanks(1).obey().map(kindOf)).toEqual(['dedup']);
    expect(inRanks(3, { paragraphs }).obey().map(kindOf)).toEqual(['dedup']);
  });

  test('a run that began when one job deduplicated goes on with that job', () => {
    const log = inRanks(3);
    const [{ command }] = inRanks(1).plan();
    const draft = command.data as JobDraft;
    log.append({
      type: 'JobDrafted',
      data: { ...draft, endCheck: false, verification: { method: 'hash' }, kind: 'dedup' },
    });
    expect(log.plan()).toEqual([]);
    expect(
      log
        .completed(draft, [{ kind: 'corpus' }])
        .obey()
        .map(kindOf),
    ).toEqual(['tokenizer']);
  });

  test('a rank that failed for good fails the run once, whatever the others do', () => {
    const log = refining(3);
    const jobs = log.obey();
    log.failed(jobs[2], false).completed(jobs[0], [{ kind: 'filtered-documents' }]);
    expect(typesOf(log)).toEqual(['run.fail']);
    log.failed(jobs[1], false);
    expect(typesOf(log)).toEqual(['run.fail']);
  });

  test('paragraph rules alone need no ranks: they go with the deduplication', () => {
    const paragraphs = { runs: { count: 3, frequency: 1000 }, documents: { expected: 5, percentile: 0.05 } };
    const log = filtered(new TestLog(), sourceId).registered(runId, [sourceId], false, null, {
      ranks: 4,
      paragraphs,
    });
    expect(log.obey()[0].recipe).toMatchObject({ kind: 'dedup', paragraphs });
  });

  test('a job that failed for good fails its run, a retried one does not', () => {
    const log = filtered(new TestLog(), sourceId).registered(runId, [sourceId]);
    const [dedup] = log.obey();
    expect(log.failed(dedup, true).plan()).toEqual([]);
    const [fail] = log.failed(dedup, false).plan();
    expect(fail.command).toMatchObject({
      type: 'run.fail',
      data: { runId, jobId: dedup.jobId, rejection: { code: 'corpus.empty' } },
    });
    log.obey();
    expect(log.plan()).toEqual([]);
  });

  test('a run does not wait for a source that failed or was withdrawn', () => {
    const failing = new TestLog().proposed(sourceId).accepted(sourceId);
    const [ingest] = failing.obey();
    failing.registered(runId, [sourceId]).failed(ingest, false);
    expect(typesOf(failing)).toEqual(['run.fail']);

    const withdrawn = ingested(new TestLog(), sourceId).registered(runId, [sourceId]);
    withdrawn.append({
      type: 'SourceWithdrawn',
      data: { sourceId, personId: uuid('p'), reason: 'asked to', descendants: null },
    });
    expect(withdrawn.plan()[0].command).toMatchObject({
      type: 'run.fail',
      data: { jobId: ingest.jobId, rejection: { code: 'run.source-not-accepted', params: { sourceId } } },
    });
  });
});

describe('ids', () => {
  test('two planners over the same log send the same commands under the same ids', () => {
    const log = () => filtered(new TestLog(), sourceId).registered(runId, [sourceId]);
    expect(log().plan()).toEqual(log().plan());
    for (const { commandId, command } of log().plan()) {
      expect(Uuid.safeParse(commandId).success).toBe(true);
      if (command.type === 'job.draft') expect(Uuid.safeParse(command.data.jobId).success).toBe(true);
    }
  });

  test('a job drafted by an earlier release is not drafted again when the presets change', () => {
    const log = ingested(new TestLog(), sourceId);
    log.obey();
    const drafted = log.recorded.at(-1)?.event;
    expect(drafted?.type).toBe('JobDrafted');
    if (drafted?.type !== 'JobDrafted' || drafted.data.recipe.kind !== 'filter') throw new Error('no filter');
    drafted.data.recipe.rules = [{ filter: 'length', params: { min: 2 } }];
    expect(log.plan()).toEqual([]);
  });
});
