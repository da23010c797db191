import type { Transaction } from '../log/connection.ts';

/**
 * Finds the item of a set that a reviewer gets next and holds its row until the transaction ends, so that the claims of
 * an item count one after the other: one they hold already, else the oldest that still wants a reviewer and that they
 * neither wrote nor saw. Rows that other claims hold at this moment are passed over.
 */
export async function pickItem(tx: Transaction, setId: string, personId: string): Promise<string | null> {
  const [row] = await tx<{ itemId: string }[]>`
    select i.item_id as "itemId" from annotation_item i
    left join annotation_claim mine on mine.item_id = i.item_id and mine.person_id = ${personId}
    where i.set_id = ${setId} and i.state = 'waiting' and i.author_id <> ${personId}
      and (mine.state is null or mine.state = 'claimed')
      and i.reviews + (
        select count(*) from annotation_claim other
        where other.item_id = i.item_id and other.person_id <> ${personId} and other.state = 'claimed'
          and other.expires_at > clock_timestamp()) < i.wanted
    order by (mine.state is not null) desc, i.enqueued
    for update of i skip locked limit 1`;
  return row?.itemId ?? null;
}
