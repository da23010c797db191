import { z } from 'zod';
import { Agreement, Answers, Category, ItemContent, SettleRule } from '../annotation.ts';
import { AnnotationItemId, AnnotationSetId, GroupId, PersonId, Sha256 } from '../ids.ts';
import { Sealed } from '../sealed.ts';
import { type EventOf, event } from './define.ts';

export const annotationSetEvents = [
  event(
    'annotation-set',
    'AnnotationSetDrawnUp',
    2,
    {
      setId: AnnotationSetId,
      groupId: GroupId.nullable(),
      personId: PersonId,
      titleJa: z.string(),
      titleEn: z.string(),
      guideline: z.string(),
      categories: z.array(Category),
      /** Blind reviews that each item gets. */
      reviewsPerItem: z.int().min(2),
      settle: SettleRule,
      /** SPDX expression that the texts and their labels are published under; null: was not asked yet. */
      licence: z.string().nullable(),
      /** Whether readers are warned before they see a text. */
      sensitive: z.boolean(),
    },
    // Where nobody said what is inside, the warning does no harm.
    { 1: (data) => ({ ...(data as Record<string, unknown>), licence: null, sensitive: true }) },
  ),
  event('annotation-set', 'AnnotationSetOpened', 1, { setId: AnnotationSetId }),
  /** Items came in or were taken out; stands in the set's stream so that no version is frozen beside it. */
  event('annotation-set', 'AnnotationSetChanged', 1, {
    setId: AnnotationSetId,
    added: z.int(),
    withdrawn: z.int(),
  }),
  event('annotation-set', 'AnnotationSetFrozen', 1, {
    setId: AnnotationSetId,
    version: z.int().min(1),
    items: z.int(),
    agreement: z.array(Agreement),
    /** SHA-256 of the canonical JSON of [item id, final answers] by item id. */
    labelsHash: Sha256,
  }),
  event('annotation-set', 'AnnotationSetReopened', 1, { setId: AnnotationSetId, reason: z.string() }),
] as const;
export type AnnotationSetEvent = EventOf<typeof annotationSetEvents>;

export const annotationItemEvents = [
  event('annotation-item', 'ItemDrawnUp', 1, {
    itemId: AnnotationItemId,
    setId: AnnotationSetId,
    authorId: PersonId,
    content: ItemContent,
    reviewsWanted: z.int().min(2),
  }),
  event('annotation-item', 'ItemClaimed', 1, {
    itemId: AnnotationItemId,
    setId: AnnotationSetId,
    personId: PersonId,
    expiresAt: z.iso.datetime(),
  }),
  event('annotation-item', 'ItemReturned', 1, {
    itemId: AnnotationItemId,
    setId: AnnotationSetId,
    personId: PersonId,
    reason: z.string(),
  }),
  /** The log is public, so an answer stays sealed until all reviews of the item are in. */
  event('annotation-item', 'ItemReviewed', 1, {
    itemId: AnnotationItemId,
    setId: AnnotationSetId,
    reviewerId: PersonId,
    sealed: Sealed,
  }),
  event('annotation-item', 'ReviewsRevealed', 1, {
    itemId: AnnotationItemId,
    setId: AnnotationSetId,
    reviews: z.array(z.strictObject({ reviewerId: PersonId, answers: Answers, comment: z.string() })),
    /** What the settle rule gives, per category. */
    settled: Answers,
    /** Categories that somebody must decide. */
    disputed: z.array(z.string()),
  }),
  event('annotation-item', 'ItemAdjudicated', 1, {
    itemId: AnnotationItemId,
    setId: AnnotationSetId,
    adjudicatorId: PersonId,
    answers: Answers,
    reason: z.string(),
  }),
  event('annotation-item', 'ItemWithdrawn', 1, {
    itemId: AnnotationItemId,
    setId: AnnotationSetId,
    personId: PersonId,
    reason: z.string(),
  }),
] as const;
export type AnnotationItemEvent = EventOf<typeof annotationItemEvents>;
