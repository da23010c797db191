import { licenceVerdict, type RunCard, type RunEvent } from '@tsudoi/schema';
import { describe, test } from 'vitest';
import { type SourceState, source } from '../source/source.ts';
import { given } from '../testing/given.ts';
import { runCard } from '../testing/samples.ts';
import * as decide from './decide.ts';
import { run } from './run.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [runId, personId, sourceId, jobId] = [id(1), id(2), id(3), id(4)];
const card = runCard([sourceId]);
const registration = { runId, groupId: null, card };
const registered: RunEvent = { type: 'RunRegistered', data: { ...registration, supersedes: null, personId } };
const started: RunEvent = { type: 'RunStarted', data: { runId, jobId } };
const artifacts = { modelArtifactId: `art_${'1'.repeat(32)}`, evaluationArtifactId: `art_${'2'.repeat(32)}` };
const completed: RunEvent = { type: 'RunCompleted', data: { runId, ...artifacts } };
const failure = { runId, jobId, rejection: { code: 'corpus.empty' as const, params: { stage: 'filter' } } };
const failed: RunEvent = { type: 'RunFailed', data: failure };

const all = { train: true, search: true, redistribute: true };
const inPhase = (phase: SourceState['phase'], rights = all) =>
  new Map([[sourceId, { ...source.initial, phase, verdict: licenceVerdict('MIT', rights) }]]);

describe('registering a card', () => {
  const register = (sources: Map<string, SourceState>, changed: Partial<RunCard> = {}) => {
    const data = { ...registration, card: { ...card, ...changed } };
    return (state: typeof run.initial) => decide.register(state, personId, data, sources);
  };

  test.each(['accepted', 'ingested', 'in-corpus'] as const)('is open over a source that is %s', (phase) => {
    given(run)
      .when(register(inPhase(phase)))
      .gives(registered);
  });

  test.each(['under-review', 'rejected', 'changes-wanted', 'withdrawn'] as const)(
    'is refused over a source that is %s',
    (phase) => {
      given(run)
        .when(register(inPhase(phase)))
        .isRefused('run.source-not-accepted', { sourceId });
    },
  );

  test('is refused over a source that nobody proposed, or that may not be trained on', () => {
    given(run).when(register(new Map())).isRefused('source.unknown', { sourceId });
    given(run)
      .when(register(inPhase('accepted', { ...all, train: false })))
      .isRefused('run.rights-missing', { sourceId });
  });

  test('is refused for settings that are known to spoil runs', () => {
    const optimizer = { ...card.pretrain.optimizer, eps: 1e-5 };
    given(run)
      .when(register(inPhase('accepted'), { pretrain: { ...card.pretrain, optimizer } }))
      .isRefused('run.card-lint', { field: 'pretrain.optimizer.eps', value: '0.00001', advice: 'eps' });
  });

  test('keeps the gates of its jobs, and is refused for a gate before a job that the run does not have', () => {
    const gates = { start: ['pretrain' as const], end: ['dedup' as const, 'pretrain' as const] };
    given(run)
      .when(register(inPhase('accepted'), { gates }))
      .gives({ ...registered, data: { ...registered.data, card: { ...card, gates } } } as RunEvent);
    given(run)
      .when(register(inPhase('accepted'), { gates: { start: ['refine'], end: [] } }))
      .isRefused('run.card-lint', {
        ...{ field: 'gates.start', value: 'refine' },
        advice: 'no-refine',
      });
  });

  test('happens once', () => {
    given(run, registered)
      .when(register(inPhase('accepted')))
      .isRefused('stream.exists');
  });
});

describe('starting', () => {
  const start = (settings = card.pretrain, jobBelongs = true) => {
    const data = { runId, jobId, epoch: 1, settings };
    return (state: typeof run.initial) => decide.start(state, data, { jobBelongs });
  };

  test('with the settings of the card begins the run', () => {
    given(run, registered).when(start()).gives(started);
  });

  test('again with the same settings, after a lost lease, is no second start', () => {
    given(run, registered, started).when(start()).changesNothing();
  });

  test('with other settings is refused, first time and again, naming the field', () => {
    const params = { field: 'seed', card: '1', actual: '2' };
    for (const history of [[registered], [registered, started]]) {
      given(run, ...history)
        .when(start({ ...card.pretrain, seed: 2 }))
        .isRefused('run.settings-differ', params);
    }
  });

  test('names every setting that differs', () => {
    const { batchSize } = card.pretrain;
    const all = `batchSize ${batchSize} -> ${batchSize + 1}; seed 1 -> 2`;
    given(run, registered)
      .when(start({ ...card.pretrain, batchSize: batchSize + 1, seed: 2 }))
      .isRefused('run.settings-differ', { field: 'batchSize', all });
  });

  test('is refused for a job of another run, an unknown run, and one that is over', () => {
    given(run, registered).when(start(card.pretrain, false)).isRefused('job.unknown', { jobId });
    given(run).when(start()).isRefused('run.unknown', { runId });
    given(run, registered, failed).when(start()).isRefused('run.not-open', { state: 'failed' });
  });
});

describe('ending', () => {
  const known = new Set(Object.values(artifacts));
  const complete =
    (artifactIds = known) =>
    (state: typeof run.initial) =>
      decide.complete(state, { runId, ...artifacts }, artifactIds);

  test('a running run is completed with its model and its evaluation', () => {
    given(run, registered, started).when(complete()).gives(completed);
  });

  test('not with artifacts that do not exist', () => {
    given(run, registered, started)
      .when(complete(new Set([artifacts.modelArtifactId])))
      .isRefused('artifact.unknown', { artifactId: artifacts.evaluationArtifactId });
  });

  test('not before it started, and not twice', () => {
    given(run, registered).when(complete()).isRefused('run.not-open', { state: 'registered' });
    given(run, registered, started, completed).when(complete()).isRefused('run.not-open');
    given(run).when(complete()).isRefused('run.unknown');
  });

  test('a failure is on record, also before the training started, and only once', () => {
    for (const history of [[registered], [registered, started]]) {
      given(run, ...history)
        .when((state) => decide.fail(state, failure))
        .gives(failed);
    }
    given(run, registered, started, completed)
      .when((state) => decide.fail(state, failure))
      .isRefused('run.not-open', { state: 'completed' });
    given(run)
      .when((state) => decide.fail(state, failure))
      .isRefused('run.unknown');
  });
});

describe('a run that does not go on', () => {
  const abandoned: RunEvent = { type: 'RunAbandoned', data: { runId, personId, reason: 'wrong eps' } };
  const abandon = (state: typeof run.initial) =>
    decide.abandon(state, personId, { runId, reason: 'wrong eps' });
  const lesson = { runId, summary: 'The loss went up.', cause: 'eps', lessons: 'lint the card' };
  const write = (state: typeof run.initial) => decide.writePostMortem(state, personId, lesson);

  test('is abandoned while it is open, and then takes nothing more', () => {
    for (const history of [[registered], [registered, started]]) {
      given(run, ...history)
        .when(abandon)
        .gives(abandoned);
    }
    given(run, registered, started, completed)
      .when(abandon)
      .isRefused('run.not-open', { state: 'completed' });
    given(run, registered, abandoned).when(abandon).isRefused('run.not-open', { state: 'abandoned' });
    given(run).when(abandon).isRefused('run.unknown');
  });

  test('gets a post-mortem, and only such a run does', () => {
    for (const end of [failed, abandoned]) {
      given(run, registered, end)
        .when(write)
        .gives({ type: 'PostMortemWritten', data: { ...lesson, personId } });
    }
    given(run, registered, started).when(write).isRefused('run.not-ended-badly', { state: 'running' });
  });

  test('keeps its card: the next one names the run it supersedes', () => {
    const next = { ...registration, runId: id(9), supersedes: runId };
    const register = (supersededExists: boolean) => (state: typeof run.initial) =>
      decide.register(state, personId, next, inPhase('accepted'), { supersededExists });
    given(run)
      .when(register(true))
      .gives({ type: 'RunRegistered', data: { ...next, personId } });
    given(run).when(register(false)).isRefused('run.unknown', { runId });
  });
});
