import type { CreditEvent, DomainEvent, RecordedEvent } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { given } from '../testing/given.ts';
import { artifactDraft, drafted, jobDraft, proposal } from '../testing/samples.ts';
import { credit } from './credit.ts';
import * as decide from './decide.ts';
import { creditsFor, emptyCreditMemory } from './rules.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [creditId, ann, ben, sourceId, jobId, setId, itemId] = [1, 2, 3, 4, 5, 6, 7].map(id);
const evidence = { streamType: 'source' as const, streamId: sourceId, position: 3 };
const entry = { creditId, personId: ann, groupId: null, rule: 'source-accepted' as const, evidence };
const granted: CreditEvent = { type: 'CreditGranted', data: { ...entry, statement: '' } };
const reversed: CreditEvent = { type: 'CreditReversed', data: { creditId, personId: ben, reason: 'x' } };

describe('an entry of the ledger', () => {
  const reverse = (state: typeof credit.initial) => decide.reverse(state, ben, { creditId, reason: 'x' });
  test('is granted once; a reversal is an entry with a reason, and is for good', () => {
    given(credit)
      .when((state) => decide.grant(state, entry))
      .gives(granted);
    given(credit, granted)
      .when((state) => decide.grant(state, entry))
      .changesNothing();
    given(credit, granted).when(reverse).gives(reversed);
    given(credit, granted, reversed).when(reverse).isRefused('credit.reversed-already');
    given(credit, granted, reversed)
      .when((state) => decide.grant(state, entry))
      .changesNothing();
    given(credit).when(reverse).isRefused('credit.unknown', { creditId });
  });

  test('for work outside the hub is stated by somebody else', () => {
    const stated = { creditId, personId: ann, groupId: null, statement: 'led the corpus group' };
    given(credit)
      .when((state) => decide.state(state, ben, stated))
      .gives({ type: 'CreditGranted', data: { ...stated, rule: 'statement', evidence: null } });
    given(credit)
      .when((state) => decide.state(state, ann, stated))
      .isRefused('credit.own-statement');
  });
});

describe('the rules', () => {
  const earned = (streamId: string, ...events: DomainEvent[]) => {
    const memory = emptyCreditMemory();
    return events.flatMap((event, i) => {
      const streamType = event.type.startsWith('Source')
        ? 'source'
        : event.type.startsWith('Job')
          ? 'job'
          : 'annotation-item';
      const recorded = { position: i + 1, streamType, streamId, event } as unknown as RecordedEvent;
      return creditsFor(memory, recorded).map(({ rule, personId }) => `${rule} ${personId}`);
    });
  };
  const proposed: DomainEvent = {
    type: 'SourceProposed',
    data: {
      ...proposal({ sourceId }),
      proposerId: ann,
      quorum: 1,
      verdict: {
        expressions: [],
        rights: { train: true, search: true, redistribute: true },
        obligations: [],
        refusals: [],
      },
    },
  };
  const review: DomainEvent = {
    type: 'SourceReviewed',
    data: { sourceId, reviewerId: ben, verdict: 'accept', comment: '' },
  };

  test('credit a source and its reviews when it is decided, and the proposal only if it is accepted', () => {
    const accepted: DomainEvent = { type: 'SourceAccepted', data: { sourceId, reviewerIds: [ben] } };
    expect(earned(sourceId, proposed, review)).toEqual([]);
    expect(earned(sourceId, proposed, review, accepted)).toEqual([
      `source-accepted ${ann}`,
      `source-reviewed ${ben}`,
    ]);
    const rejected: DomainEvent = {
      type: 'SourceRejected',
      data: { sourceId, rule: null, reviewerIds: [ben] },
    };
    expect(earned(sourceId, proposed, review, rejected)).toEqual([`source-reviewed ${ben}`]);
  });

  test('credit a job to who lent the machine whose result was verified, not to who lost the lease', () => {
    const lease = (personId: string, epoch: number): DomainEvent => ({
      type: 'JobLeased',
      data: { jobId, epoch, tokenId: id(9), personId, node: 'n', expiresAt: '2026-11-22T00:00:00.000Z' },
    });
    const draft: DomainEvent = { type: 'JobDrafted', data: drafted(jobDraft({ jobId })) };
    const expired: DomainEvent = { type: 'LeaseExpired', data: { jobId, epoch: 1, requeued: true } };
    const verified: DomainEvent = { type: 'JobVerified', data: { jobId, method: 'hash' } };
    expect(earned(jobId, draft, lease(ann, 1), expired, lease(ben, 2), verified)).toEqual([
      `job-done ${ben}`,
    ]);
  });

  test('credit nobody whose result differs from the one that was reproduced', () => {
    const carl = id(8);
    const reported = (personId: string, epoch: number, sha256: string): DomainEvent => {
      const outputs = [artifactDraft('documents', sha256)];
      return { type: 'JobResultReported', data: { jobId, epoch, personId, codeCommit: 'x', outputs } };
    };
    const draft = drafted(jobDraft({ jobId, verification: { method: 're-execution' } }));
    const [wrong, right] = ['a'.repeat(64), 'b'.repeat(64)];
    expect(
      earned(
        jobId,
        { type: 'JobDrafted', data: draft },
        reported(ann, 1, wrong),
        reported(ben, 2, right),
        reported(carl, 3, right),
        { type: 'JobCompleted', data: { jobId, epoch: 3, artifactIds: [] } },
        { type: 'JobVerified', data: { jobId, method: 're-execution' } },
      ),
    ).toEqual([`job-done ${ben}`, `job-done ${carl}`]);
  });

  test('credit reviewers and author of an item when its reviews are open', () => {
    const item: DomainEvent = {
      type: 'ItemDrawnUp',
      data: { itemId, setId, authorId: ann, content: { text: 'x', reply: null }, reviewsWanted: 2 },
    };
    const revealed: DomainEvent = {
      type: 'ReviewsRevealed',
      data: {
        itemId,
        setId,
        reviews: [{ reviewerId: ben, answers: {}, comment: '' }],
        settled: {},
        disputed: [],
      },
    };
    expect(earned(itemId, item, revealed)).toEqual([`item-written ${ann}`, `item-reviewed ${ben}`]);
  });

  test('give the same entry the same id at every run, and another to other work', () => {
    const ids = [1, 2].map(() => {
      const memory = emptyCreditMemory();
      const recorded = (event: DomainEvent, streamId: string) =>
        ({ position: 1, streamType: 'source', streamId, event }) as unknown as RecordedEvent;
      creditsFor(memory, recorded(proposed, sourceId));
      const accepted: DomainEvent = { type: 'SourceAccepted', data: { sourceId, reviewerIds: [] } };
      return creditsFor(memory, recorded(accepted, sourceId))[0].creditId;
    });
    expect(ids[0]).toBe(ids[1]);
  });
});
