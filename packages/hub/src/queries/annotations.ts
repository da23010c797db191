import {
  Agreement,
  type AnnotationSetDetail,
  type AnnotationSetSummary,
  Answers,
  Category,
  ItemContent,
  type ItemToReview,
  type Page,
  Rejection,
} from '@tsudoi/schema';
import { z } from 'zod';
import { agreementOn } from '../annotation/decide.ts';
import type { Hub } from '../hub.ts';
import { Iso, Person } from './columns.ts';
import { type PageRequest, pageOf, readCursor } from './keyset.ts';

const SetRow = z.object({
  setId: z.string(),
  groupId: z.string().nullable(),
  titleJa: z.string(),
  titleEn: z.string(),
  state: z.enum(['drawn-up', 'open', 'frozen']),
  reviewsPerItem: z.number(),
  items: z.number(),
  settled: z.number(),
  disputed: z.number(),
  licence: z.string().nullable(),
  sensitive: z.boolean(),
  version: z.number(),
  agreement: z.array(Agreement),
  forMe: z.number().nullable(),
  drawnUpAt: Iso,
});

/** Annotation sets, newest first, with how much there is to review for `personId`. */
export async function annotationSets(
  hub: Pick<Hub, 'sql'>,
  personId: string | null,
  { after, limit = 50 }: PageRequest = {},
): Promise<Page<AnnotationSetSummary>> {
  const rows = await setRows(hub, personId, { cursor: readCursor(after), limit: limit + 1 });
  const page = pageOf(rows, limit, ({ drawnUpAt, setId }) => [drawnUpAt, setId]);
  return { ...page, items: page.items.map(({ drawnUpAt: _, ...set }) => set) };
}

async function setRows(
  { sql }: Pick<Hub, 'sql'>,
  personId: string | null,
  ask: { cursor?: { at: Date; id: string } | null; limit: number; setId?: string },
): Promise<z.infer<typeof SetRow>[]> {
  const { cursor, limit, setId } = ask;
  const mine = sql`
    (select count(*) from annotation_item i
     left join annotation_claim c on c.item_id = i.item_id and c.person_id = ${personId}::uuid
     where i.set_id = s.set_id and i.state = 'waiting' and i.author_id <> ${personId}::uuid
       and (c.state is null or c.state = 'claimed'))`;
  const rows = await sql`
    select s.set_id as "setId", s.group_id as "groupId", s.title_ja as "titleJa", s.title_en as "titleEn", s.state,
           s.reviews_per_item as "reviewsPerItem", items.all as items, items.settled, items.disputed,
           s.licence, s.sensitive,
           coalesce(frozen.version, 0) as version, coalesce(frozen.agreement, '[]') as agreement,
           ${personId ? mine : sql`null::int`} as "forMe", s.drawn_up_at as "drawnUpAt"
    from view_annotation_set s
    left join lateral (
      select count(*) filter (where state <> 'withdrawn') as all, count(*) filter (where state = 'settled') as settled,
             count(*) filter (where state = 'disputed') as disputed
      from view_annotation_item where set_id = s.set_id
    ) as items on true
    left join lateral (
      select version, agreement from view_annotation_version where set_id = s.set_id order by version desc limit 1
    ) as frozen on true
    where ${setId ? sql`s.set_id = ${setId}` : sql`true`}
      and ${cursor ? sql`(s.drawn_up_at, s.set_id) < (${cursor.at}, ${cursor.id}::uuid)` : sql`true`}
    order by s.drawn_up_at desc, s.set_id desc limit ${limit}`;
  return z.array(SetRow).parse([...rows]);
}

const DetailRow = z.object({
  drawnUpBy: Person,
  guideline: z.string(),
  categories: z.array(Category),
  settle: z.enum(['unanimous', 'majority']),
  versions: z.array(
    z.object({
      version: z.number(),
      items: z.number(),
      agreement: z.array(Agreement),
      labelsHash: z.string(),
      at: z.coerce.date().transform((at) => at.toISOString()),
    }),
  ),
});

/** @throws Rejection `annotation-set.unknown` */
export async function annotationSetDetail(
  hub: Pick<Hub, 'sql'>,
  personId: string | null,
  setId: string,
): Promise<AnnotationSetDetail> {
  const [found] = await setRows(hub, personId, { limit: 1, setId });
  if (!found) throw new Rejection('annotation-set.unknown', { setId });
  const [row] = await hub.sql`
    select s.guideline, s.categories, s.settle,
           jsonb_build_object('personId', s.person_id, 'displayName', coalesce(p.display_name, '')) as "drawnUpBy",
           coalesce((select jsonb_agg(jsonb_build_object('version', v.version, 'items', v.items, 'agreement', v.agreement,
               'labelsHash', v.labels_hash, 'at', v.at) order by v.version desc)
             from view_annotation_version v where v.set_id = s.set_id), '[]') as versions
    from view_annotation_set s left join profile p on p.person_id = s.person_id where s.set_id = ${setId}`;
  const { drawnUpAt: _, ...set } = found;
  const detail = DetailRow.parse(row);
  const reviewed = await reviewedItems(hub, setId);
  const agreementNow = detail.categories.map((category) => agreementOn(category, reviewed));
  return { ...set, ...detail, agreementNow };
}

/** Sets are of thousands of items; past this many the figure is of the newest ones. */
const MOST_REVIEWED = 20_000;

async function reviewedItems({ sql }: Pick<Hub, 'sql'>, setId: string) {
  const rows = await sql`
    select revealed from view_annotation_item
    where set_id = ${setId} and revealed is not null and state <> 'withdrawn'
    order by drawn_up_at desc, item_id limit ${MOST_REVIEWED}`;
  return z.array(z.object({ revealed: z.array(z.object({ answers: Answers })) })).parse([...rows]);
}

const HeldRow = z.object({ itemId: z.string(), setId: z.string(), content: ItemContent, expiresAt: Iso });

/** The item of a set that a person holds now, so that a closed tab goes on where it was. Blind: nobody else's view of it. */
export async function heldItem(
  { sql }: Pick<Hub, 'sql'>,
  personId: string,
  setId: string,
): Promise<ItemToReview | null> {
  const [row] = await sql`
    select c.item_id as "itemId", c.set_id as "setId", i.data -> 'content' as content, c.expires_at as "expiresAt"
    from annotation_claim c
    join event i on i.stream_type = 'annotation-item' and i.stream_id = c.item_id::text and i.version = 1
    join annotation_item item on item.item_id = c.item_id and item.state = 'waiting'
    where c.person_id = ${personId} and c.set_id = ${setId} and c.state = 'claimed'
      and c.expires_at > clock_timestamp()
    order by c.expires_at desc limit 1`;
  return row ? HeldRow.parse(row) : null;
}
