import {
  type AnnotationItemDetail,
  type AnnotationItemRow,
  Answers,
  ItemContent,
  type Page,
  Rejection,
} from '@tsudoi/schema';
import type postgres from 'postgres';
import { z } from 'zod';
import type { Hub } from '../hub.ts';
import { annotationSetDetail } from './annotations.ts';
import { Iso, Person } from './columns.ts';
import { type PageRequest, pageOf, readCursor } from './keyset.ts';

const ItemRow = z.object({
  itemId: z.string(),
  author: Person,
  content: ItemContent,
  state: z.enum(['waiting', 'disputed', 'settled', 'withdrawn']),
  wanted: z.number(),
  reviewed: z.number(),
  reviews: z.array(z.object({ reviewerId: z.string(), answers: Answers, comment: z.string() })).nullable(),
  labels: Answers.nullable(),
  disputed: z.array(z.string()),
  adjudication: z.object({ adjudicatorId: z.string(), reason: z.string() }).nullable(),
  drawnUpAt: Iso,
});

async function itemRows(
  { sql }: Pick<Hub, 'sql'>,
  condition: postgres.PendingQuery<postgres.Row[]>,
  limit: number,
): Promise<z.infer<typeof ItemRow>[]> {
  const rows = await sql`
    select i.item_id as "itemId", i.content, i.state, i.wanted, i.reviews as reviewed, i.revealed as reviews, i.labels,
           i.disputed, i.adjudication, i.drawn_up_at as "drawnUpAt",
           jsonb_build_object('personId', i.author_id, 'displayName', coalesce(p.display_name, '')) as author
    from view_annotation_item i left join profile p on p.person_id = i.author_id
    where ${condition} order by i.drawn_up_at desc, i.item_id desc limit ${limit}`;
  return z.array(ItemRow).parse([...rows]);
}

const withoutTime = ({ drawnUpAt: _, ...item }: z.infer<typeof ItemRow>): AnnotationItemRow => item;

/** The items of a set, newest first. */
export async function annotationItems(
  hub: Pick<Hub, 'sql'>,
  { setId, state, after, limit = 50 }: PageRequest & { setId: string; state?: AnnotationItemRow['state'] },
): Promise<Page<AnnotationItemRow>> {
  const { sql } = hub;
  const cursor = readCursor(after);
  const condition = sql`
    i.set_id = ${setId} and ${state ? sql`i.state = ${state}` : sql`true`}
    and ${cursor ? sql`(i.drawn_up_at, i.item_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}`;
  const rows = await itemRows(hub, condition, limit + 1);
  const page = pageOf(rows, limit, ({ drawnUpAt, itemId }) => [drawnUpAt, itemId]);
  return { ...page, items: page.items.map(withoutTime) };
}

/** One item beside the set that asks about it. @throws Rejection `annotation-item.unknown` */
export async function annotationItemDetail(
  hub: Pick<Hub, 'sql'>,
  personId: string | null,
  itemId: string,
): Promise<AnnotationItemDetail> {
  const [row] = await itemRows(hub, hub.sql`i.item_id = ${itemId}`, 1);
  const [place] = await hub.sql<{ setId: string }[]>`
    select set_id as "setId" from view_annotation_item where item_id = ${itemId}`;
  if (!row || !place) throw new Rejection('annotation-item.unknown', { itemId });
  return { ...withoutTime(row), set: await annotationSetDetail(hub, personId, place.setId) };
}

/**
 * A whole set as lines of JSON, oldest item first, with the keys that Japanese instruction data uses (ID, text, output).
 * Reviews and labels are there once all reviews of an item are in; reviewers stand by their opaque ids.
 */
export async function* annotationExport(hub: Pick<Hub, 'sql'>, setId: string): AsyncGenerator<string> {
  const { licence, versions } = await annotationSetDetail(hub, null, setId);
  const meta = { set: setId, licence, version: versions[0]?.version ?? null };
  const { sql } = hub;
  for (let last: string | null = null; ; ) {
    const after: string | null = last;
    const ids: { itemId: string }[] = await sql<{ itemId: string }[]>`
      select item_id as "itemId" from view_annotation_item
      where set_id = ${setId} and state <> 'withdrawn' and ${after ? sql`item_id > ${after}::uuid` : sql`true`}
      order by item_id limit 200`;
    if (ids.length === 0) return;
    const wanted = ids.map(({ itemId }) => itemId);
    const rows = await itemRows(hub, sql`i.item_id = any(${wanted}::uuid[])`, wanted.length);
    const lines = rows
      .sort((a, b) => (a.itemId < b.itemId ? -1 : 1))
      .map(({ itemId, content, state, labels, disputed, reviews, adjudication }) =>
        JSON.stringify({
          ...{ ID: itemId, text: content.text, output: content.reply, state },
          labels: state === 'settled' ? labels : null,
          ...{ disputed, reviews: reviews ?? [], adjudication, meta },
        }),
      );
    yield `${lines.join('\n')}\n`;
    last = wanted[wanted.length - 1];
  }
}
