import type { AnnotationItemDetail } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { Badge } from '../../ui/badge.tsx';
import { Table } from '../../ui/table.tsx';

/** The answers side by side, by number and not by name, so that who decides looks at the answers alone. */
export async function ReviewsTable({ item }: { item: AnnotationItemDetail }) {
  const [t, locale] = await Promise.all([getTranslations('annotations'), getLocale()]);
  const reviews = item.reviews ?? [];
  const comments = reviews.flatMap(({ comment }, index) => (comment ? [{ comment, number: index + 1 }] : []));
  const { categories } = item.set;
  const word = (key: string, value: string | undefined) =>
    categories.find((one) => one.key === key)?.values.find((one) => one.value === value)?.[locale] ?? '–';
  return (
    <>
      <Table
        caption={t('reviews')}
        rows={categories}
        rowKey={({ key }) => key}
        columns={[
          {
            head: t('question'),
            cell: (category) => (
              <>
                {category[locale]}
                {item.disputed.includes(category.key) && (
                  <span className="block">
                    <Badge tone="wait">{t('disagreed')}</Badge>
                  </span>
                )}
              </>
            ),
          },
          ...reviews.map(({ answers }, index) => ({
            head: t('reviewNumber', { number: index + 1 }),
            cell: ({ key }: { key: string }) => <span className="text-sm">{word(key, answers[key])}</span>,
          })),
          {
            head: t('result'),
            cell: ({ key }) => <span className="text-sm font-semibold">{word(key, item.labels?.[key])}</span>,
          },
        ]}
      />
      {comments.length > 0 && (
        <ul className="mt-3 space-y-2">
          {comments.map(({ comment, number }) => (
            <li key={number} className="card px-4 py-3">
              <p className="text-sm text-ink-3">{t('reviewNumber', { number })}</p>
              <p className="whitespace-pre-line text-ink-2">{comment}</p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
