import type { AnnotationItemEvent, AnnotationSetEvent, Answers } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { fold } from '../command/aggregate.ts';
import { given } from '../testing/given.ts';
import * as decide from './decide.ts';
import { annotationItem } from './item.ts';
import { annotationSet } from './set.ts';
import { settle } from './settle.ts';

const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [setId, itemId, author, ann, ben, cid, dan] = [1, 2, 3, 4, 5, 6, 7].map(id);
const values = (...names: string[]) =>
  names.map((value) => ({ value, ja: value, en: value, helpJa: '', helpEn: '' }));
const categories = [
  { key: 'safe', ja: '安全', en: 'Safe', scale: 'ordinal' as const, values: values('1', '2', '3') },
  { key: 'risk', ja: '害', en: 'Risk', scale: 'nominal' as const, values: values('none', 'misuse') },
];
const draft = {
  ...{ setId, groupId: null, titleJa: '安全性', titleEn: 'Safety', guideline: 'x', categories },
  ...{ reviewsPerItem: 3, settle: 'majority' as const, licence: 'CC-BY-4.0', sensitive: true },
};
const drawnUp: AnnotationSetEvent = { type: 'AnnotationSetDrawnUp', data: { ...draft, personId: author } };
const opened: AnnotationSetEvent = { type: 'AnnotationSetOpened', data: { setId } };
const open = fold(annotationSet, [drawnUp, opened]);
const now = new Date('2026-11-22T00:00:00.000Z');
const inTime = '2026-11-22T00:30:00.000Z';
const content = { text: '質問', reply: '答え' };
const item: AnnotationItemEvent = {
  type: 'ItemDrawnUp',
  data: { itemId, setId, authorId: author, content, reviewsWanted: 3 },
};
const claimed = (personId: string, expiresAt = inTime): AnnotationItemEvent => ({
  type: 'ItemClaimed',
  data: { itemId, setId, personId, expiresAt },
});
const sealed = `s1.${'A'.repeat(16)}.${'b'.repeat(40)}`;
const reviewed = (reviewerId: string): AnnotationItemEvent => ({
  type: 'ItemReviewed',
  data: { itemId, setId, reviewerId, sealed },
});
const answers: Answers = { safe: '3', risk: 'none' };
const withdrawn: AnnotationItemEvent = {
  type: 'ItemWithdrawn',
  data: { itemId, setId, personId: author, reason: 'x' },
};
type ItemState = typeof annotationItem.initial;

describe('claiming', () => {
  const claim =
    (personId: string, at = now) =>
    (state: ItemState) =>
      decide.claim(state, personId, itemId, at);

  test('gives the item for half an hour, and again to who holds it', () => {
    given(annotationItem, item).when(claim(ann)).gives(claimed(ann));
    given(annotationItem, item, claimed(ann)).when(claim(ann)).gives(claimed(ann));
  });

  test('is refused to the author and to who has reviewed', () => {
    given(annotationItem, item).when(claim(author)).isRefused('annotation.own-item');
    given(annotationItem, item, claimed(ann), reviewed(ann))
      .when(claim(ann))
      .isRefused('annotation.reviewed-already');
  });

  test('never gives an item to more people at a time than reviews are wanted', () => {
    const three = [claimed(ann), reviewed(ann), claimed(ben), claimed(cid)];
    given(annotationItem, item, ...three)
      .when(claim(dan))
      .isRefused('annotation.item-closed', { state: 'claimed' });
  });

  test('passes over claims that ran out, from the very millisecond', () => {
    const three = [claimed(ann), claimed(ben), claimed(cid)];
    const later = '2026-11-22T01:00:00.000Z';
    given(annotationItem, item, ...three)
      .when(claim(dan, new Date(inTime)))
      .gives(claimed(dan, later));
  });

  test('that is given back says why, and only by who holds it', () => {
    const back = (personId: string) => (state: ItemState) =>
      decide.giveBack(state, personId, { itemId, reason: 'x' });
    given(annotationItem, item, claimed(ann))
      .when(back(ann))
      .gives({ type: 'ItemReturned', data: { itemId, setId, personId: ann, reason: 'x' } });
    given(annotationItem, item, claimed(ann)).when(back(ben)).isRefused('annotation.not-claimed');
  });
});

describe('reviewing', () => {
  const earlier = (...given: [string, Answers][]) =>
    given.map(([reviewerId, one]) => ({ reviewerId, answers: one, comment: '' }));
  const review =
    (reviewerId: string, one = answers, before = earlier(), set = open, at = now) =>
    (state: ItemState) =>
      decide.review(
        state,
        reviewerId,
        { itemId, answers: one, comment: '' },
        { set, now: at, sealed, earlier: before },
      );
  const twoIn = [item, claimed(ann), reviewed(ann), claimed(ben), reviewed(ben), claimed(cid)];

  test('is sealed until the last review is in; no event before it holds an answer', () => {
    given(annotationItem, item, claimed(ann)).when(review(ann)).gives(reviewed(ann));
    expect(
      JSON.stringify(
        decide.review(
          fold(annotationItem, [item, claimed(ann)]),
          ann,
          { itemId, answers, comment: 'why' },
          { set: open, now, sealed, earlier: [] },
        ),
      ),
    ).not.toMatch(/none|why/);
  });

  test('the last one opens all at once: what they agree on is settled, what not is disputed', () => {
    const before = earlier([ann, { safe: '3', risk: 'misuse' }], [ben, { safe: '1', risk: 'misuse' }]);
    const events = decide.review(
      fold(annotationItem, twoIn),
      cid,
      { itemId, answers: { safe: '2', risk: 'none' }, comment: '' },
      { set: open, now, sealed, earlier: before },
    );
    expect(events[1]).toMatchObject({
      type: 'ReviewsRevealed',
      data: { settled: { risk: 'misuse' }, disputed: ['safe'], reviews: { length: 3 } },
    });
  });

  test('a review that can no longer be read, since its writer was erased, is replaced by one more', () => {
    given(annotationItem, ...twoIn)
      .when(review(cid, answers, earlier([ann, answers])))
      .gives(reviewed(cid));
  });

  test('needs a live claim, an open set, an answer to every category and no other', () => {
    given(annotationItem, item).when(review(ann)).isRefused('annotation.not-claimed');
    given(annotationItem, item, claimed(ann))
      .when(review(ann, answers, [], open, new Date(inTime)))
      .isRefused('annotation.not-claimed');
    given(annotationItem, item, claimed(ann))
      .when(review(ann, answers, [], fold(annotationSet, [drawnUp])))
      .isRefused('annotation.set-not-open', { state: 'drawn-up' });
    given(annotationItem, item, claimed(ann))
      .when(review(ann, { safe: '3' }))
      .isRefused('annotation.answer-missing', { category: 'risk' });
    given(annotationItem, item, claimed(ann))
      .when(review(ann, { ...answers, safe: '9' }))
      .isRefused('annotation.answer-unknown', { category: 'safe', value: '9' });
    given(annotationItem, item, claimed(ann))
      .when(review(ann, { ...answers, mood: 'x' }))
      .isRefused('annotation.answer-unknown', { category: 'mood' });
    given(annotationItem, item, withdrawn).when(review(ann)).isRefused('annotation.item-closed');
  });
});

describe('settling', () => {
  const votes = (...all: string[]) => all.map((safe) => ({ safe, risk: 'none' }));
  test('by majority wants more than half, unanimously all', () => {
    expect(settle(votes('1', '1', '2'), categories, 'majority').settled.safe).toBe('1');
    expect(settle(votes('1', '1', '2', '2'), categories, 'majority').disputed).toEqual(['safe']);
    expect(settle(votes('1', '1', '2'), categories, 'unanimous').disputed).toEqual(['safe']);
    expect(settle(votes('2', '2', '2'), categories, 'unanimous').disputed).toEqual([]);
  });
});

describe('adjudicating', () => {
  const revealed: AnnotationItemEvent = {
    type: 'ReviewsRevealed',
    data: { itemId, setId, reviews: [], settled: {}, disputed: ['safe'] },
  };
  const history = [item, claimed(ann), reviewed(ann), revealed];
  const adjudicate = (who: string) => (state: ItemState) =>
    decide.adjudicate(state, who, { itemId, answers, reason: 'rule 2' }, open);

  test('is for somebody who neither wrote nor reviewed it', () => {
    given(annotationItem, ...history)
      .when(adjudicate(dan))
      .gives({
        type: 'ItemAdjudicated',
        data: { itemId, setId, adjudicatorId: dan, answers, reason: 'rule 2' },
      });
    for (const who of [author, ann]) {
      given(annotationItem, ...history)
        .when(adjudicate(who))
        .isRefused('annotation.not-impartial');
    }
  });

  test('decides disputes and nothing else', () => {
    given(annotationItem, item)
      .when(adjudicate(dan))
      .isRefused('annotation.not-disputed', { state: 'waiting' });
    given(annotationItem).when(adjudicate(dan)).isRefused('annotation-item.unknown');
  });
});

describe('a set', () => {
  test('is drawn up only of texts that may be passed on, since the log is public', () => {
    const drawUp = (licence: string) => (state: typeof annotationSet.initial) =>
      decide.drawUp(state, author, { ...draft, licence });
    given(annotationSet).when(drawUp('CC-BY-4.0')).gives(drawnUp);
    given(annotationSet)
      .when(drawUp('CC-BY-NC-4.0'))
      .isRefused('annotation.licence-forbids', { licence: 'CC-BY-NC-4.0', rule: 'non-commercial' });
    given(annotationSet).when(drawUp('LicenseRef-AnswerCarefully')).isRefused('annotation.licence-forbids');
    given(annotationSet).when(drawUp('my own')).isRefused('licence.unknown');
    given(annotationSet, drawnUp).when(drawUp('CC-BY-4.0')).isRefused('stream.exists');
  });

  const settled = (labels: Answers, ...all: Answers[]) => ({
    ...{ itemId: id(50 + Number(labels.safe)), state: 'settled', labels },
    revealed: all.map((one) => ({ answers: one })),
  });
  const freeze = (items: decide.SettledItem[]) => (state: typeof annotationSet.initial) =>
    decide.freeze(state, setId, items);

  test('is opened once it has items', () => {
    const openIt = (items: number) => (state: typeof annotationSet.initial) =>
      decide.open(state, setId, { items });
    given(annotationSet, drawnUp).when(openIt(0)).isRefused('annotation.set-empty');
    given(annotationSet, drawnUp).when(openIt(1)).gives(opened);
    given(annotationSet, drawnUp, opened).when(openIt(1)).changesNothing();
    given(annotationSet).when(openIt(1)).isRefused('annotation-set.unknown');
  });

  test('is frozen with the agreement of its reviewers, per category, and a hash of the labels', () => {
    const [one, two] = [
      { safe: '1', risk: 'none' },
      { safe: '3', risk: 'none' },
    ];
    const events = decide.freeze(open, setId, [settled(one, one, one), settled(two, two, two)]);
    expect(events[0].data).toMatchObject({
      version: 1,
      items: 2,
      agreement: [
        { category: 'safe', alpha: 1, items: 2, reviews: 4 },
        { category: 'risk', alpha: null, items: 2, reviews: 4 },
      ],
      labelsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const turned = decide.freeze(open, setId, [settled(two, two, two), settled(one, one, one)]);
    expect(turned).toEqual(events);
  });

  test('is not frozen while items are open, nor empty; withdrawn ones do not count', () => {
    const waiting = { itemId, state: 'waiting', revealed: [], labels: null };
    given(annotationSet, drawnUp, opened)
      .when(freeze([waiting, { ...waiting, state: 'disputed' }]))
      .isRefused('annotation.items-open', { count: 2 });
    given(annotationSet, drawnUp, opened)
      .when(freeze([{ ...waiting, state: 'withdrawn' }]))
      .isRefused('annotation.set-empty');
  });

  test('stays as frozen until it is reopened; the next freezing is the next version', () => {
    const [frozen] = decide.freeze(open, setId, [settled(answers, answers)]);
    const reopened: AnnotationSetEvent = { type: 'AnnotationSetReopened', data: { setId, reason: 'more' } };
    const state = fold(annotationSet, [drawnUp, opened, frozen]);
    expect(() => decide.drawUpItem(state, annotationItem.initial, ann, { setId, itemId, content })).toThrow(
      /annotation.set-frozen/,
    );
    given(annotationSet, drawnUp, opened, frozen)
      .when((frozenSet) => decide.reopen(frozenSet, { setId, reason: 'more' }))
      .gives(reopened);
    const again = decide.freeze(fold(annotationSet, [drawnUp, opened, frozen, reopened]), setId, [
      settled(answers, answers),
    ]);
    expect(again[0].data).toMatchObject({ version: 2 });
  });
});
