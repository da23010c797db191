import { createHash } from 'node:crypto';
import {
  type Agreement,
  type AnnotationItemEvent,
  type AnnotationSetEvent,
  type Answers,
  type Category,
  type CommandData,
  canonicalJson,
  licenceVerdict,
  Rejection,
} from '@tsudoi/schema';
import type { AnnotationItemState } from './item.ts';
import { krippendorffAlpha } from './krippendorff.ts';
import type { AnnotationSetState, SetDraft } from './set.ts';
import { settle } from './settle.ts';

/** How long a reviewer keeps an item; a claim that runs out leaves it to others, and is renewed by claiming again. */
export const claimMinutes = 30;

/** What goes into the log is public for good, so only what may be passed on can become an item. */
export function drawUp(
  state: AnnotationSetState,
  personId: string,
  data: CommandData<'annotation.drawUp'>,
): AnnotationSetEvent[] {
  if (state.phase) throw new Rejection('stream.exists', { stream: `annotation-set ${data.setId}` });
  const { rights, refusals } = licenceVerdict(data.licence, {
    train: true,
    search: true,
    redistribute: true,
  });
  if (!rights.redistribute) {
    throw new Rejection('annotation.licence-forbids', { licence: data.licence, rule: refusals[0].rule });
  }
  return [{ type: 'AnnotationSetDrawnUp', data: { ...data, personId } }];
}

/** Items come in while the set is drawn up and while it is open; each asks for the reviews the set wants. */
export function drawUpItem(
  set: AnnotationSetState,
  item: AnnotationItemState,
  authorId: string,
  { setId, itemId, content }: { setId: string } & CommandData<'annotation.addItems'>['items'][number],
): AnnotationItemEvent[] {
  const { reviewsPerItem } = requireChangeable(set, setId);
  if (item.phase) throw new Rejection('stream.exists', { stream: `annotation-item ${itemId}` });
  return [{ type: 'ItemDrawnUp', data: { itemId, setId, authorId, content, reviewsWanted: reviewsPerItem } }];
}

/** Says in the set's own stream that its items are changing, so that a version frozen at the same time is decided anew. */
export function change(setId: string, items: { added: number; withdrawn: number }): AnnotationSetEvent[] {
  return [{ type: 'AnnotationSetChanged', data: { setId, ...items } }];
}

export function open(
  state: AnnotationSetState,
  setId: string,
  facts: { items: number },
): AnnotationSetEvent[] {
  requireDrawnUp(state, setId);
  if (state.phase !== 'drawn-up') return [];
  if (facts.items === 0) throw new Rejection('annotation.set-empty');
  return [{ type: 'AnnotationSetOpened', data: { setId } }];
}

/**
 * A reviewer takes an item for a while. The hub has picked it; the rules are checked again on the item itself: no own
 * item, no second review, and never more reviewers at a time than reviews are wanted.
 */
export function claim(
  state: AnnotationItemState,
  personId: string,
  itemId: string,
  now: Date,
): AnnotationItemEvent[] {
  const setId = requireWaiting(state, itemId);
  requireUnbiased(state, personId);
  const others = liveClaims(state, now).filter((other) => other.personId !== personId).length;
  if (state.reviews.length + others >= state.wanted) {
    throw new Rejection('annotation.item-closed', { state: 'claimed' });
  }
  const expiresAt = new Date(now.getTime() + claimMinutes * 60_000).toISOString();
  return [{ type: 'ItemClaimed', data: { itemId, setId, personId, expiresAt } }];
}

/** Whoever cannot judge an item gives it back and says why; they are not asked again. */
export function giveBack(
  state: AnnotationItemState,
  personId: string,
  { itemId, reason }: CommandData<'annotation.return'>,
): AnnotationItemEvent[] {
  const setId = requireWaiting(state, itemId);
  if (!state.claims.some((held) => held.personId === personId)) throw new Rejection('annotation.not-claimed');
  return [{ type: 'ItemReturned', data: { itemId, setId, personId, reason } }];
}

export interface ReviewFacts {
  set: AnnotationSetState;
  now: Date;
  /** This review, sealed under the reviewer's key. */
  sealed: string;
  /** The earlier reviews that can still be read: those of an erased reviewer cannot. */
  earlier: readonly RevealedReview[];
}
export interface RevealedReview {
  reviewerId: string;
  answers: Answers;
  comment: string;
}

/** The last review that was wanted opens all of them at once; until then nobody can read any. */
export function review(
  state: AnnotationItemState,
  reviewerId: string,
  { itemId, answers, comment }: CommandData<'annotation.review'>,
  { set, now, sealed, earlier }: ReviewFacts,
): AnnotationItemEvent[] {
  const setId = requireWaiting(state, itemId);
  const { categories, settle: rule } = requireOpen(set, setId);
  requireUnbiased(state, reviewerId);
  if (!liveClaims(state, now).some((held) => held.personId === reviewerId)) {
    throw new Rejection('annotation.not-claimed');
  }
  requireAnswers(categories, answers);
  const reviewed: AnnotationItemEvent = {
    type: 'ItemReviewed',
    data: { itemId, setId, reviewerId, sealed },
  };
  const reviews = [...earlier, { reviewerId, answers, comment }];
  if (reviews.length < state.wanted) return [reviewed];
  const { settled, disputed } = settle(
    reviews.map((one) => one.answers),
    categories,
    rule,
  );
  return [reviewed, { type: 'ReviewsRevealed', data: { itemId, setId, reviews, settled, disputed } }];
}

/** Somebody who neither wrote nor reviewed the item decides what the reviewers did not agree on. */
export function adjudicate(
  state: AnnotationItemState,
  adjudicatorId: string,
  { itemId, answers, reason }: CommandData<'annotation.adjudicate'>,
  set: AnnotationSetState,
): AnnotationItemEvent[] {
  const setId = requireItem(state, itemId);
  const { categories } = requireOpen(set, setId);
  if (state.phase !== 'disputed') throw new Rejection('annotation.not-disputed', { state: state.phase! });
  const involved = [state.authorId, ...state.reviews.map(({ reviewerId }) => reviewerId)];
  if (involved.includes(adjudicatorId)) throw new Rejection('annotation.not-impartial');
  requireAnswers(categories, answers);
  return [{ type: 'ItemAdjudicated', data: { itemId, setId, adjudicatorId, answers, reason } }];
}

export function withdrawItem(
  state: AnnotationItemState,
  personId: string,
  { itemId, reason }: CommandData<'annotation.withdrawItem'>,
  facts: { set: AnnotationSetState; managesSet: boolean },
): AnnotationItemEvent[] {
  const setId = requireItem(state, itemId);
  requireChangeable(facts.set, setId);
  if (state.authorId !== personId && !facts.managesSet) throw new Rejection('annotation.not-author');
  if (state.phase === 'withdrawn') return [];
  return [{ type: 'ItemWithdrawn', data: { itemId, setId, personId, reason } }];
}

export interface SettledItem {
  itemId: string;
  state: string;
  revealed: readonly { answers: Answers }[];
  labels: Answers | null;
}

/** Closes a version: what its reviewers chose, how much they agreed, and a hash of the final labels. */
export function freeze(
  state: AnnotationSetState,
  setId: string,
  items: readonly SettledItem[],
): AnnotationSetEvent[] {
  const { categories } = requireOpen(state, setId);
  const kept = items.filter((item) => item.state !== 'withdrawn');
  if (kept.length === 0) throw new Rejection('annotation.set-empty');
  const count = kept.filter((item) => item.state !== 'settled').length;
  if (count > 0) throw new Rejection('annotation.items-open', { count });
  const labels = kept
    .map(({ itemId, labels: final }) => [itemId, final] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return [
    {
      type: 'AnnotationSetFrozen',
      data: {
        setId,
        version: state.version + 1,
        items: kept.length,
        agreement: categories.map((category) => agreementOn(category, kept)),
        labelsHash: createHash('sha256').update(canonicalJson(labels)).digest('hex'),
      },
    },
  ];
}

/** A frozen version stays as it was; what is added from here on belongs to the next. */
export function reopen(
  state: AnnotationSetState,
  { setId, reason }: CommandData<'annotation.reopen'>,
): AnnotationSetEvent[] {
  requireDrawnUp(state, setId);
  if (state.phase !== 'frozen') throw new Rejection('annotation.set-not-frozen', { state: state.phase! });
  return [{ type: 'AnnotationSetReopened', data: { setId, reason } }];
}

/** @throws Rejection `annotation-set.unknown`, `annotation.set-frozen`, `annotation.set-not-open` */
export function requireOpen(state: AnnotationSetState, setId: string): SetDraft {
  const draft = requireChangeable(state, setId);
  if (state.phase !== 'open') throw new Rejection('annotation.set-not-open', { state: state.phase! });
  return draft;
}

/** How much the reviewers of these items agree in one category. */
export function agreementOn(
  { key, scale, values }: Category,
  items: readonly Pick<SettledItem, 'revealed'>[],
): Agreement {
  const units = items.map(({ revealed }) => revealed.map(({ answers }) => answers[key]));
  const order = values.map(({ value }) => value);
  const reviews = units.reduce((sum, unit) => sum + unit.length, 0);
  return { category: key, alpha: krippendorffAlpha(units, scale, order), items: units.length, reviews };
}

function liveClaims({ claims }: AnnotationItemState, now: Date) {
  return claims.filter(({ expiresAt }) => new Date(expiresAt) > now);
}

function requireUnbiased(state: AnnotationItemState, personId: string): void {
  if (state.authorId === personId) throw new Rejection('annotation.own-item');
  if (state.reviews.some(({ reviewerId }) => reviewerId === personId)) {
    throw new Rejection('annotation.reviewed-already');
  }
}

function requireAnswers(categories: readonly Category[], answers: Answers): void {
  for (const { key, values } of categories) {
    if (!Object.hasOwn(answers, key)) throw new Rejection('annotation.answer-missing', { category: key });
    if (!values.some(({ value }) => value === answers[key])) {
      throw new Rejection('annotation.answer-unknown', { category: key, value: answers[key] });
    }
  }
  const extra = Object.keys(answers).find((key) => !categories.some((category) => category.key === key));
  if (extra) throw new Rejection('annotation.answer-unknown', { category: extra, value: answers[extra] });
}

function requireItem({ setId }: AnnotationItemState, itemId: string): string {
  if (setId === null) throw new Rejection('annotation-item.unknown', { itemId });
  return setId;
}

function requireWaiting(state: AnnotationItemState, itemId: string): string {
  const setId = requireItem(state, itemId);
  if (state.phase !== 'waiting') throw new Rejection('annotation.item-closed', { state: state.phase! });
  return setId;
}

function requireDrawnUp({ draft }: AnnotationSetState, setId: string): SetDraft {
  if (!draft) throw new Rejection('annotation-set.unknown', { setId });
  return draft;
}

function requireChangeable(state: AnnotationSetState, setId: string): SetDraft {
  const draft = requireDrawnUp(state, setId);
  if (state.phase === 'frozen') throw new Rejection('annotation.set-frozen');
  return draft;
}
