import type { AnnotationItemRow, AnnotationSetDetail } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { short } from '../../lib/labels.ts';
import { api } from '../../server/api.ts';
import { FilterLinks } from '../../ui/filter-links.tsx';
import { Empty } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { ItemStateBadge } from './annotation-bits.tsx';

export const itemStates = ['waiting', 'disputed', 'settled', 'withdrawn'] as const;

/** The items of a set by state. Texts of a sensitive set are one step away, behind its warning. */
export async function ItemList(props: {
  set: AnnotationSetDetail;
  state: (typeof itemStates)[number] | undefined;
  after: string | undefined;
}) {
  const { set, state } = props;
  const { setId } = set;
  const hub = await api();
  const [t, states, locale, page] = await Promise.all([
    getTranslations('annotations'),
    getTranslations('annotationItemState'),
    getLocale(),
    hub.annotations.items({ setId, state, after: props.after, limit: 30 }),
  ]);
  const address = (value: string | null, after?: string | null) => {
    const query = new URLSearchParams({ ...(value && { state: value }), ...(after && { after }) });
    return `/annotations/${setId}${query.size > 0 ? `?${query}` : ''}#items`;
  };
  const labels = (item: AnnotationItemRow) =>
    item.state === 'settled' && item.labels
      ? set.categories
          .map(({ key, values }) => values.find((one) => one.value === item.labels?.[key])?.[locale] ?? '–')
          .join(' / ')
      : t('reviewedOf', { reviewed: item.reviewed, wanted: item.wanted });
  return (
    <>
      <FilterLinks
        label={t('state')}
        current={state ?? null}
        options={[
          { value: null, label: t('all') },
          ...itemStates.map((value) => ({ value, label: states(value) })),
        ]}
        href={(value) => address(value)}
      />
      {page.items.length === 0 ? (
        <Empty title={t('noItems')}>{state ? null : t('noItemsLead')}</Empty>
      ) : (
        <Table
          caption={t('itemsTitle')}
          rows={page.items}
          rowKey={({ itemId }) => itemId}
          columns={[
            {
              head: t('item'),
              cell: (item) => (
                <Link className="link" href={`/annotations/items/${item.itemId}`}>
                  {set.sensitive ? (
                    t('itemNumber', { id: short(item.itemId) })
                  ) : (
                    <span className="line-clamp-2 max-w-md break-words">{item.content.text}</span>
                  )}
                </Link>
              ),
            },
            { head: t('state'), cell: (item) => <ItemStateBadge state={item.state} /> },
            {
              head: t('result'),
              wide: true,
              cell: (item) => <span className="text-sm">{labels(item)}</span>,
            },
          ]}
        />
      )}
      {page.next && (
        <p className="mt-4">
          <Link className="link" href={address(state ?? null, page.next)}>
            {t('older')}
          </Link>
        </p>
      )}
    </>
  );
}
