import type { Queryable } from '../log/connection.ts';
import type { Projection } from './projection.ts';

/** Annotation sets with their frozen versions, and items. Answers are here only once all reviews of an item are in. */
export const annotations: Projection = {
  name: 'annotations',
  version: 2,
  tables: ['view_annotation_set', 'view_annotation_version', 'view_annotation_item'],
  types: [
    'AnnotationSetDrawnUp',
    'AnnotationSetOpened',
    'AnnotationSetReopened',
    'AnnotationSetFrozen',
    'ItemDrawnUp',
    'ItemReviewed',
    'ReviewsRevealed',
    'ItemAdjudicated',
    'ItemWithdrawn',
  ],
  async apply(sql, { event, at }) {
    switch (event.type) {
      case 'AnnotationSetDrawnUp': {
        const set = event.data;
        await sql`
          insert into view_annotation_set (set_id, group_id, person_id, title_ja, title_en, guideline, categories,
                                           reviews_per_item, settle, licence, sensitive, state, drawn_up_at)
          values (${set.setId}, ${set.groupId}, ${set.personId}, ${set.titleJa}, ${set.titleEn}, ${set.guideline},
                  ${sql.json(set.categories)}, ${set.reviewsPerItem}, ${set.settle}, ${set.licence}, ${set.sensitive}, 'drawn-up', ${at})`;
        return;
      }
      case 'AnnotationSetOpened':
      case 'AnnotationSetReopened':
        return setState(sql, event.data.setId, 'open');
      case 'AnnotationSetFrozen': {
        const { setId, version, items, agreement, labelsHash } = event.data;
        await sql`
          insert into view_annotation_version (set_id, version, items, agreement, labels_hash, at)
          values (${setId}, ${version}, ${items}, ${sql.json(agreement)}, ${labelsHash}, ${at})`;
        return setState(sql, setId, 'frozen');
      }
      case 'ItemDrawnUp': {
        const { itemId, setId, authorId, content, reviewsWanted } = event.data;
        await sql`
          insert into view_annotation_item (item_id, set_id, author_id, content, wanted, state, drawn_up_at)
          values (${itemId}, ${setId}, ${authorId}, ${sql.json(content)}, ${reviewsWanted}, 'waiting', ${at})`;
        return;
      }
      case 'ItemReviewed':
        await sql`
          update view_annotation_item set reviews = reviews + 1 where item_id = ${event.data.itemId}`;
        return;
      case 'ReviewsRevealed': {
        const { itemId, reviews, settled, disputed } = event.data;
        const state = disputed.length > 0 ? 'disputed' : 'settled';
        await sql`
          update view_annotation_item set state = ${state}, revealed = ${sql.json(reviews)},
            labels = ${sql.json(settled)}, disputed = ${disputed}
          where item_id = ${itemId}`;
        return;
      }
      case 'ItemAdjudicated': {
        const { itemId, answers, adjudicatorId, reason } = event.data;
        await sql`
          update view_annotation_item set state = 'settled', labels = ${sql.json(answers)},
            adjudication = ${sql.json({ adjudicatorId, reason })}
          where item_id = ${itemId}`;
        return;
      }
      case 'ItemWithdrawn':
        await sql`
          update view_annotation_item set state = 'withdrawn' where item_id = ${event.data.itemId}`;
        return;
    }
  },
};

async function setState(sql: Queryable, setId: string, state: 'open' | 'frozen'): Promise<void> {
  await sql`update view_annotation_set set state = ${state} where set_id = ${setId}`;
}
