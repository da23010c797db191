import { Answers } from '@tsudoi/schema';
import { z } from 'zod';
import { mayWithin } from '../access/scope.ts';
import { appendTo, load } from '../command/aggregate.ts';
import { type CommandContext, type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import { makePersonKey, requireMasterKey } from '../personal-data/person-keys.ts';
import { seal } from '../personal-data/sealing.ts';
import * as decide from './decide.ts';
import { type AnnotationItemState, annotationItem } from './item.ts';
import { pickItem } from './pick-item.ts';
import { readReviews } from './read-reviews.ts';
import { annotationSet } from './set.ts';

export const drawUpSet: Handler<'annotation.drawUp'> = async (context, data) => {
  const target = await loadTarget(context, annotationSet, data.setId);
  await requireGroup(context, data.groupId);
  const events = decide.drawUp(target.state, personOf(context.actor), data);
  return outcome([appendTo(annotationSet, data.setId, target, events)]);
};

export const addItems: Handler<'annotation.addItems'> = async (context, { setId, items }) => {
  const authorId = personOf(context.actor);
  const set = await loadTarget(context, annotationSet, setId);
  const appends = [
    appendTo(annotationSet, setId, set, decide.change(setId, { added: items.length, withdrawn: 0 })),
  ];
  for (const { itemId, content } of items) {
    const target = await load(context, annotationItem, itemId);
    const events = decide.drawUpItem(set.state, target.state, authorId, { setId, itemId, content });
    appends.push(appendTo(annotationItem, itemId, target, events));
  }
  return outcome(appends);
};

export const openSet: Handler<'annotation.open'> = async (context, { setId }) => {
  const target = await loadTarget(context, annotationSet, setId);
  const [{ items }] = await context.tx<{ items: number }[]>`
    select count(*)::int as items from annotation_item where set_id = ${setId} and state <> 'withdrawn'`;
  return outcome([appendTo(annotationSet, setId, target, decide.open(target.state, setId, { items }))]);
};

/** Answers what to judge and until when, and nothing of what others thought of it. */
export const claimItem: Handler<'annotation.claim'> = async (context, { setId }) => {
  const personId = personOf(context.actor);
  decide.requireOpen((await loadTarget(context, annotationSet, setId)).state, setId);
  const itemId = await pickItem(context.tx, setId, personId);
  if (itemId === null) return outcome([]);
  const target = await load(context, annotationItem, itemId);
  const events = decide.claim(target.state, personId, itemId, context.now);
  const { expiresAt } = (events[0] as { data: { expiresAt: string } }).data;
  return outcome([appendTo(annotationItem, itemId, target, events)], { itemId, expiresAt });
};

export const returnItem: Handler<'annotation.return'> = async (context, data) => {
  const target = await loadTarget(context, annotationItem, data.itemId);
  const events = decide.giveBack(target.state, personOf(context.actor), data);
  return outcome([appendTo(annotationItem, data.itemId, target, events)]);
};

export const reviewItem: Handler<'annotation.review'> = async (context, data) => {
  const reviewerId = personOf(context.actor);
  const { itemId, answers, comment } = data;
  const target = await loadTarget(context, annotationItem, itemId);
  const set = await setOf(context, target.state);
  const master = requireMasterKey(context.personalKey);
  const key = await makePersonKey(context.tx, master, reviewerId);
  const place = { personId: reviewerId, eventType: 'ItemReviewed', streamId: itemId };
  const facts = {
    set,
    now: context.now,
    sealed: seal(key, place, { answers, comment }),
    earlier: await readReviews(context.tx, master, itemId, target.state.reviews),
  };
  const events = decide.review(target.state, reviewerId, data, facts);
  const revealed = events.some(({ type }) => type === 'ReviewsRevealed');
  return outcome([appendTo(annotationItem, itemId, target, events)], { revealed });
};

export const adjudicateItem: Handler<'annotation.adjudicate'> = async (context, data) => {
  const target = await loadTarget(context, annotationItem, data.itemId);
  const set = await setOf(context, target.state);
  const events = decide.adjudicate(target.state, personOf(context.actor), data, set);
  return outcome([appendTo(annotationItem, data.itemId, target, events)]);
};

export const withdrawItem: Handler<'annotation.withdrawItem'> = async (context, data) => {
  const target = await loadTarget(context, annotationItem, data.itemId);
  const setId = target.state.setId ?? '';
  const set = await load(context, annotationSet, setId);
  const within = set.state.draft?.groupId ?? null;
  const managesSet = await mayWithin(context, context.actor, 'annotation.manage', within);
  const facts = { set: set.state, managesSet };
  const events = decide.withdrawItem(target.state, personOf(context.actor), data, facts);
  if (events.length === 0) return outcome([]);
  const changed = decide.change(setId, { added: 0, withdrawn: 1 });
  return outcome([
    appendTo(annotationItem, data.itemId, target, events),
    appendTo(annotationSet, setId, set, changed),
  ]);
};

const Items = z.array(
  z.object({
    itemId: z.string(),
    state: z.string(),
    revealed: z
      .array(z.object({ answers: Answers }))
      .nullable()
      .transform((reviews) => reviews ?? []),
    labels: Answers.nullable(),
  }),
);

export const freezeSet: Handler<'annotation.freeze'> = async (context, { setId }) => {
  const target = await loadTarget(context, annotationSet, setId);
  const rows = await context.tx`
    select item_id as "itemId", state, revealed, labels from annotation_item where set_id = ${setId}
    order by item_id`;
  const events = decide.freeze(target.state, setId, Items.parse([...rows]));
  return outcome([appendTo(annotationSet, setId, target, events)]);
};

export const reopenSet: Handler<'annotation.reopen'> = async (context, data) => {
  const target = await loadTarget(context, annotationSet, data.setId);
  return outcome([appendTo(annotationSet, data.setId, target, decide.reopen(target.state, data))]);
};

async function setOf(context: CommandContext, { setId }: AnnotationItemState) {
  return setId === null ? annotationSet.initial : (await load(context, annotationSet, setId)).state;
}
