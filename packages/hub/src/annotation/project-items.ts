import type { AnnotationItemEvent } from '@tsudoi/schema';
import type { Statement, Transaction } from '../log/connection.ts';

/** One row per item and one per reviewer of it: what claims and freezing read, in the transaction of the event. */
export function projectItems(tx: Transaction, { type, data }: AnnotationItemEvent): Statement[] {
  const { itemId, setId } = data;
  switch (type) {
    case 'ItemDrawnUp':
      return [
        tx`
        insert into annotation_item (item_id, set_id, author_id, wanted, state)
        values (${itemId}, ${setId}, ${data.authorId}, ${data.reviewsWanted}, 'waiting')`,
      ];
    case 'ItemClaimed':
      return [
        tx`
        insert into annotation_claim (item_id, person_id, set_id, state, expires_at)
        values (${itemId}, ${data.personId}, ${setId}, 'claimed', ${data.expiresAt})
        on conflict (item_id, person_id) do update set state = 'claimed', expires_at = excluded.expires_at`,
      ];
    case 'ItemReturned':
      return [
        tx`
        update annotation_claim set state = 'returned' where item_id = ${itemId} and person_id = ${data.personId}`,
      ];
    case 'ItemReviewed':
      return [
        tx`
        update annotation_claim set state = 'reviewed'
        where item_id = ${itemId} and person_id = ${data.reviewerId}`,
        tx`update annotation_item set reviews = reviews + 1 where item_id = ${itemId}`,
      ];
    case 'ReviewsRevealed': {
      const state = data.disputed.length > 0 ? 'disputed' : 'settled';
      const revealed = data.reviews.map(({ reviewerId, answers }) => ({ reviewerId, answers }));
      return [
        tx`
        update annotation_item set state = ${state}, revealed = ${tx.json(revealed)}, labels = ${tx.json(data.settled)}
        where item_id = ${itemId}`,
      ];
    }
    case 'ItemAdjudicated':
      return [
        tx`
        update annotation_item set state = 'settled', labels = ${tx.json(data.answers)} where item_id = ${itemId}`,
      ];
    case 'ItemWithdrawn':
      return [tx`update annotation_item set state = 'withdrawn' where item_id = ${itemId}`];
    default:
      return [];
  }
}
