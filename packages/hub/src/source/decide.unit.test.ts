import { licenceVerdict, Rejection, type ReviewVerdict, type SourceEvent } from '@tsudoi/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../command/aggregate.ts';
import { given } from '../testing/given.ts';
import { proposal } from '../testing/samples.ts';
import * as decide from './decide.ts';
import { source } from './source.ts';
import { titleKey } from './titles.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [sourceId, proposerId, ann, ben, cid] = [id(1), id(2), id(3), id(4), id(5)];
const data = proposal({ sourceId });
const facts = { quorum: 2, titleTakenBy: null };
const verdict = licenceVerdict(data.licence, data.rights);
const proposed: SourceEvent = { type: 'SourceProposed', data: { ...data, proposerId, verdict, quorum: 2 } };
const reviewed = (reviewerId: string, verdict: ReviewVerdict): SourceEvent => ({
  type: 'SourceReviewed',
  data: { sourceId, reviewerId, verdict, comment: '' },
});
const accepted: SourceEvent = { type: 'SourceAccepted', data: { sourceId, reviewerIds: [ann, ben] } };
const review = (reviewerId: string, verdict: ReviewVerdict) => (state: typeof source.initial) =>
  decide.review(state, reviewerId, { sourceId, verdict, comment: '' });
const ingestion = { sourceId, artifactId: `art_${'0'.repeat(32)}`, documents: 3, bytes: 99 };
const ingested: SourceEvent = { type: 'SourceIngested', data: ingestion };
const withdrawal = { sourceId, reason: 'the rights holder asked' };
const descendants = { artifacts: 4, runs: 1, releases: 0 };
const withdrawn: SourceEvent = {
  type: 'SourceWithdrawn',
  data: { ...withdrawal, personId: proposerId, descendants },
};

describe('proposing', () => {
  test('puts a source under review, with its licence verdict and the quorum of that day', () => {
    given(source)
      .when((state) => decide.propose(state, proposerId, data, facts))
      .gives(proposed);
  });

  test('records a source whose licence is refused together with the refusing rule', () => {
    const refused = { ...data, licence: 'CC-BY-NC-SA-4.0' };
    const rule = { rule: 'non-commercial', licence: 'CC-BY-NC-SA-4.0' };
    given(source)
      .when((state) => decide.propose(state, proposerId, refused, facts))
      .gives(
        {
          type: 'SourceProposed',
          data: { ...refused, proposerId, quorum: 2, verdict: licenceVerdict(refused.licence, data.rights) },
        },
        { type: 'SourceRejected', data: { sourceId, rule, reviewerIds: [] } },
      );
  });

  test('refuses what is no SPDX expression, and says what is near', () => {
    given(source)
      .when((state) => decide.propose(state, proposerId, { ...data, licence: 'Apache 2' }, facts))
      .isRefused('licence.unknown', { expression: 'Apache 2', suggestion: 'Apache-2.0' });
  });

  test('refuses a title that is taken, and says by which source', () => {
    const titleTakenBy = { title: data.titleJa, sourceId: id(9) };
    given(source)
      .when((state) => decide.propose(state, proposerId, data, { quorum: 2, titleTakenBy }))
      .isRefused('source.title-taken', titleTakenBy);
  });

  test('refuses an id that is in use', () => {
    given(source, proposed)
      .when((state) => decide.propose(state, proposerId, data, facts))
      .isRefused('stream.exists');
  });
});

describe('reviewing', () => {
  test('one acceptance is not enough, the quorum is', () => {
    given(source, proposed).when(review(ann, 'accept')).gives(reviewed(ann, 'accept'));
    given(source, proposed, reviewed(ann, 'accept'))
      .when(review(ben, 'accept'))
      .gives(reviewed(ben, 'accept'), accepted);
  });

  test('one rejection closes nothing, a second one does', () => {
    given(source, proposed).when(review(ann, 'reject')).gives(reviewed(ann, 'reject'));
    given(source, proposed, reviewed(ann, 'reject'), reviewed(cid, 'accept'))
      .when(review(ben, 'reject'))
      .gives(reviewed(ben, 'reject'), {
        type: 'SourceRejected',
        data: { sourceId, rule: null, reviewerIds: [ann, ben] },
      });
  });

  test('a wish for changes is passed on at once', () => {
    given(source, proposed)
      .when(review(ann, 'changes'))
      .gives(reviewed(ann, 'changes'), {
        type: 'SourceChangesWanted',
        data: { sourceId, reviewerId: ann, comment: '' },
      });
  });

  test('nobody reviews a proposal of their own, or twice', () => {
    given(source, proposed).when(review(proposerId, 'accept')).isRefused('source.own-proposal');
    given(source, proposed, reviewed(ann, 'accept'))
      .when(review(ann, 'accept'))
      .isRefused('source.reviewed-already');
  });

  test('only what is under review is reviewed', () => {
    given(source, proposed, accepted)
      .when(review(cid, 'reject'))
      .isRefused('source.not-under-review', { state: 'accepted' });
    given(source).when(review(ann, 'accept')).isRefused('source.unknown', { sourceId });
  });

  test('whatever people do in whatever order, an accepted source has its quorum of other people', () => {
    const verdicts = fc.constantFrom<ReviewVerdict>('accept', 'reject', 'changes');
    const reviews = fc.array(fc.tuple(fc.integer({ min: 2, max: 6 }), verdicts), { maxLength: 12 });
    fc.assert(
      fc.property(reviews, fc.integer({ min: 1, max: 4 }), (all, quorum) => {
        const history: SourceEvent[] = [{ ...proposed, data: { ...proposed.data, quorum } } as SourceEvent];
        for (const [who, verdict] of all) {
          try {
            history.push(...review(id(who), verdict)(fold(source, history)));
          } catch (error) {
            if (!(error instanceof Rejection)) throw error; // refused: nothing happens
          }
        }
        const ends = history.filter(({ type }) => /Accepted|Rejected|ChangesWanted/.test(type));
        expect(ends.length).toBeLessThanOrEqual(1);
        for (const event of history) {
          if (event.type !== 'SourceAccepted') continue;
          expect(new Set(event.data.reviewerIds).size).toBeGreaterThanOrEqual(quorum);
          expect(event.data.reviewerIds).not.toContain(proposerId);
        }
      }),
    );
  });
});

describe('revising', () => {
  const wanted: SourceEvent = {
    type: 'SourceChangesWanted',
    data: { sourceId, reviewerId: ann, comment: 'which edition?' },
  };
  const { groupId: _, ...proposalOnly } = data;
  const revised: SourceEvent = { type: 'SourceRevised', data: { ...proposalOnly, verdict, quorum: 2 } };
  const revise =
    (who: string, change: Partial<typeof data> = {}) =>
    (state: typeof source.initial) =>
      decide.revise(state, who, { ...proposalOnly, ...change }, facts);
  const history = [proposed, reviewed(ann, 'changes'), wanted];

  test('begins a new round: reviews of the old text count no more, and its reviewers may review again', () => {
    given(source, ...history)
      .when(revise(proposerId))
      .gives(revised);
    given(source, ...history, revised)
      .when(review(ann, 'accept'))
      .gives(reviewed(ann, 'accept'));
    given(source, ...history, revised, reviewed(ann, 'accept'))
      .when(review(ben, 'accept'))
      .gives(reviewed(ben, 'accept'), accepted);
  });

  test('is for the proposer, when changes were wanted', () => {
    given(source, ...history)
      .when(revise(ann))
      .isRefused('source.not-proposer');
    given(source, proposed)
      .when(revise(proposerId))
      .isRefused('source.not-revisable', { state: 'under-review' });
    given(source).when(revise(proposerId)).isRefused('source.unknown');
  });

  test('with a licence that is refused closes the proposal', () => {
    const licence = 'CC-BY-NC-4.0';
    const events = revise(proposerId, { licence })(fold(source, history));
    expect(events.map(({ type }) => type)).toEqual(['SourceRevised', 'SourceRejected']);
  });
});

test('evidence about a licence is added by anybody until the source is closed', () => {
  const found = { sourceId, url: 'https://example.org/terms', note: 'the terms of 2024', sha256: null };
  const add = (state: typeof source.initial) => decide.addEvidence(state, ann, found);
  given(source, proposed, accepted)
    .when(add)
    .gives({ type: 'LicenceEvidenceAdded', data: { ...found, personId: ann } });
  given(source, proposed, withdrawn).when(add).isRefused('source.closed', { state: 'withdrawn' });
});

test('a corpus that holds a source is noted once, also a second corpus, and never for a withdrawn source', () => {
  const include = (artifactId: string) => (state: typeof source.initial) =>
    decide.markIncluded(state, { sourceId, artifactId });
  const [one, two] = ['1', '2'].map((n) => `art_${n.repeat(32)}`);
  const included: SourceEvent = { type: 'SourceIncluded', data: { sourceId, artifactId: one } };
  given(source, proposed, accepted, ingested).when(include(one)).gives(included);
  given(source, proposed, accepted, ingested, included).when(include(one)).changesNothing();
  given(source, proposed, accepted, ingested, included)
    .when(include(two))
    .gives({ type: 'SourceIncluded', data: { sourceId, artifactId: two } });
  given(source, proposed, accepted, ingested, withdrawn).when(include(one)).isRefused('source.not-accepted');
});

describe('withdrawing', () => {
  const withdraw =
    (personId: string, mayWithdrawAny = false) =>
    (state: typeof source.initial) =>
      decide.withdraw(state, personId, withdrawal, { mayWithdrawAny, descendants });

  test.each([
    ['under review', [proposed]],
    ['accepted', [proposed, accepted]],
    ['ingested', [proposed, accepted, ingested]],
  ])('is open to the proposer while the source is %s', (_, history) => {
    given(source, ...history)
      .when(withdraw(proposerId))
      .gives(withdrawn);
  });

  test('is open to who curates the sources of the group, and to nobody else', () => {
    given(source, proposed)
      .when(withdraw(ann, true))
      .gives({ type: 'SourceWithdrawn', data: { ...withdrawal, personId: ann, descendants } });
    given(source, proposed).when(withdraw(ann)).isRefused('auth.not-permitted-here');
  });

  test('is no way out of an end', () => {
    given(source, proposed, withdrawn)
      .when(withdraw(proposerId))
      .isRefused('source.not-withdrawable', { state: 'withdrawn' });
    given(source).when(withdraw(proposerId)).isRefused('source.unknown');
  });
});

describe('ingesting', () => {
  test('is noted once for an accepted source', () => {
    given(source, proposed, accepted)
      .when((state) => decide.markIngested(state, ingestion))
      .gives(ingested);
    given(source, proposed, accepted, ingested)
      .when((state) => decide.markIngested(state, ingestion))
      .changesNothing();
  });

  test('of a source that was withdrawn meanwhile is refused', () => {
    given(source, proposed, accepted, withdrawn)
      .when((state) => decide.markIngested(state, ingestion))
      .isRefused('source.not-accepted', { state: 'withdrawn' });
    given(source)
      .when((state) => decide.markIngested(state, ingestion))
      .isRefused('source.unknown');
  });
});

test('titles are the same across width, case and white space', () => {
  expect(titleKey('Ｍａｎ　 Pages ')).toBe(titleKey('man pages'));
  expect(titleKey('青空文庫')).not.toBe(titleKey('青空'));
});
