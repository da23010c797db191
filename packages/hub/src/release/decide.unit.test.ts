import { licenceVerdict, type Manifest, type ReleaseEvent } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { given } from '../testing/given.ts';
import { artifactDraft, ingestRecipe } from '../testing/samples.ts';
import type { CheckFacts } from './checks.ts';
import { creditsHash } from './credits.ts';
import * as decide from './decide.ts';
import { release } from './release.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [releaseId, author, ann, ben, sourceId, runId] = [1, 2, 3, 4, 5, 6].map(id);
const artifactId = `art_${'1'.repeat(32)}`;
const data = { releaseId, groupId: null, artifactId, slug: 'tiny', version: '1.0', notesJa: '', notesEn: '' };
const drafted: ReleaseEvent = {
  type: 'ReleaseDrafted',
  data: { ...data, authorId: author, approvalsNeeded: 2 },
};
const evidence = { kind: 'artifact' as const, artifactId };
const assessed = (verdict: 'acceptable' | 'unacceptable'): ReleaseEvent => ({
  type: 'SafetyAssessed',
  data: { releaseId, assessorId: ann, evidence, verdict, statement: 'looked at 61 items' },
});
const all = { train: true, search: true, redistribute: true };
const manifest = (change: Partial<Manifest> = {}): Manifest => ({
  ...artifactDraft('model'),
  ...{ inputs: [], sourceIds: [sourceId], jobId: id(9), runId, recipe: ingestRecipe(sourceId) },
  ...{ codeCommit: 'x', licence: licenceVerdict('MIT', all) },
  ...change,
});
const good: CheckFacts = { manifest: manifest(), withdrawnSource: null, runPhase: 'completed' };
const passed: ReleaseEvent = {
  type: 'ReleaseChecked',
  data: {
    releaseId,
    checks: (['licence', 'safety', 'card'] as const).map((check) => ({ check, reason: null })),
  },
};
const approved = (approverId: string): ReleaseEvent => ({
  type: 'ReleaseApproved',
  data: { releaseId, approverId },
});
type State = typeof release.initial;
const check = (facts: CheckFacts) => (state: State) => decide.check(state, releaseId, facts);
const reasonsOf = (facts: CheckFacts, ...history: ReleaseEvent[]) => {
  const [event] = check(facts)([drafted, ...history].reduce(release.evolve, release.initial));
  return event.type === 'ReleaseChecked' ? event.data.checks.map(({ reason }) => reason?.code ?? null) : [];
};

describe('drafting', () => {
  const draft =
    (change = {}) =>
    (state: State) =>
      decide.draft(state, author, data, {
        artifactExists: true,
        nameTaken: false,
        approvalsNeeded: 2,
        ...change,
      });
  test('names an artifact that exists, under a name that is free', () => {
    given(release).when(draft()).gives(drafted);
    given(release)
      .when(draft({ artifactExists: false }))
      .isRefused('artifact.unknown', { artifactId });
    given(release)
      .when(draft({ nameTaken: true }))
      .isRefused('release.name-taken', { slug: 'tiny' });
    given(release, drafted).when(draft()).isRefused('stream.exists');
  });
});

describe('the checks', () => {
  test('pass for a model with an open licence, an acceptable assessment and a completed run', () => {
    given(release, drafted, assessed('acceptable')).when(check(good)).gives(passed);
  });

  test('name each thing that is missing', () => {
    expect(reasonsOf(good)).toEqual([null, 'release.safety-missing', null]);
    expect(reasonsOf(good, assessed('acceptable'), assessed('unacceptable'))[1]).toBe('release.unsafe');
    expect(reasonsOf({ ...good, runPhase: null })[2]).toBe('release.card-missing');
    expect(reasonsOf({ ...good, runPhase: 'failed' })[2]).toBe('release.run-not-completed');
    const quiet = manifest({ licence: licenceVerdict('MIT', { ...all, redistribute: false }) });
    expect(reasonsOf({ ...good, manifest: quiet })[0]).toBe('release.licence-forbids');
    expect(reasonsOf({ ...good, withdrawnSource: sourceId })[0]).toBe('artifact.source-withdrawn');
  });

  test('ask for safety and a card where there is a model, and for the licence always', () => {
    const corpus = manifest({ kind: 'corpus' });
    expect(reasonsOf({ ...good, manifest: corpus, runPhase: null })).toEqual([null, null, null]);
  });

  test('are not made by the author: assessing is for others, over evidence about this artifact', () => {
    const assess =
      (who: string, evidenceIsRelated = true) =>
      (state: State) =>
        decide.assessSafety(
          state,
          who,
          { releaseId, evidence, verdict: 'acceptable', statement: 'looked at 61 items' },
          { evidenceIsRelated },
        );
    given(release, drafted).when(assess(ann)).gives(assessed('acceptable'));
    given(release, drafted).when(assess(author)).isRefused('release.own-release');
    given(release, drafted).when(assess(ann, false)).isRefused('release.evidence-unrelated');
  });
});

describe('approving', () => {
  const approve = (who: string) => (state: State) => decide.approve(state, who, { releaseId });
  const checked = [drafted, assessed('acceptable'), passed];

  test('is for others than the author, once each, after the checks', () => {
    given(release, ...checked)
      .when(approve(ann))
      .gives(approved(ann));
    given(release, ...checked)
      .when(approve(author))
      .isRefused('release.own-release');
    given(release, ...checked, approved(ann))
      .when(approve(ann))
      .isRefused('release.approved-already');
    given(release, drafted).when(approve(ann)).isRefused('release.not-checked', { state: 'draft' });
    given(release).when(approve(ann)).isRefused('release.unknown');
  });

  test('is void when a later check fails', () => {
    const state = [...checked, approved(ann), approved(ben)].reduce(release.evolve, release.initial);
    expect(state.phase).toBe('approved');
    const [failing] = decide.check(state, releaseId, { ...good, withdrawnSource: sourceId });
    expect(release.evolve(state, failing)).toMatchObject({ phase: 'draft', approvedBy: [] });
  });
});

describe('the gate', () => {
  const facts = { ...good, creditedPeople: 3, creditsHash: 'a'.repeat(64) };
  const publish =
    (change: Partial<CheckFacts> = {}) =>
    (state: State) =>
      decide.publish(state, ann, releaseId, { ...facts, ...change });
  const ready = [drafted, assessed('acceptable'), passed, approved(ann), approved(ben)];
  const published: ReleaseEvent = {
    type: 'ReleasePublished',
    data: { releaseId, personId: ann, creditedPeople: 3, creditsHash: 'a'.repeat(64) },
  };

  test('opens with checks passed and enough people behind it, and notes the CREDITS of that moment', () => {
    given(release, ...ready)
      .when(publish())
      .gives(published);
    given(release, ...ready.slice(0, -1))
      .when(publish())
      .isRefused('release.approvals-missing', { given: 1, needed: 2 });
    given(release, drafted).when(publish()).isRefused('release.not-checked');
  });

  test('is shut when a source was withdrawn after the approvals', () => {
    given(release, ...ready)
      .when(publish({ withdrawnSource: sourceId }))
      .isRefused('release.check-failed', { check: 'licence' });
  });

  test('what is out can be called back with a reason, once, and nothing else changes it', () => {
    const withdraw = (state: State) => decide.withdraw(state, ann, { releaseId, reason: 'x' });
    const withdrawn: ReleaseEvent = {
      type: 'ReleaseWithdrawn',
      data: { releaseId, personId: ann, reason: 'x' },
    };
    given(release, ...ready, published)
      .when(withdraw)
      .gives(withdrawn);
    given(release, ...ready, published, withdrawn)
      .when(withdraw)
      .isRefused('release.closed');
    given(release, ...ready, published)
      .when(publish())
      .isRefused('release.closed', { state: 'released' });
    given(release, ...ready, published)
      .when(check(good))
      .isRefused('release.closed');
  });
});

test('the hash of the CREDITS does not depend on the order of members', () => {
  const line = { personId: ann, rules: { 'job-done': 2 }, statements: [] };
  expect(creditsHash([line])).toBe(
    creditsHash([{ statements: [], rules: { 'job-done': 2 }, personId: ann }]),
  );
  expect(creditsHash([line])).not.toBe(creditsHash([{ ...line, rules: { 'job-done': 3 } }]));
});
