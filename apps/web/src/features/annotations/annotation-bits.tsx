import type { Agreement, AnnotationItemRow, AnnotationSetSummary, Category } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Table } from '../../ui/table.tsx';

const setTone: Record<AnnotationSetSummary['state'], Tone> = {
  'drawn-up': 'plain',
  open: 'run',
  frozen: 'good',
};
const itemTone: Record<AnnotationItemRow['state'], Tone> = {
  waiting: 'plain',
  disputed: 'wait',
  settled: 'good',
  withdrawn: 'plain',
};

export async function SetStateBadge({ state }: { state: AnnotationSetSummary['state'] }) {
  const t = await getTranslations('annotationSetState');
  return (
    <Badge tone={setTone[state]} dot>
      {t(state)}
    </Badge>
  );
}

export async function ItemStateBadge({ state }: { state: AnnotationItemRow['state'] }) {
  const t = await getTranslations('annotationItemState');
  return (
    <Badge tone={itemTone[state]} dot>
      {t(state)}
    </Badge>
  );
}

/** Krippendorff's own reading of alpha: 0.8 and more is reliable, from 0.667 on for tentative conclusions. */
const reading = (alpha: number): { tone: Tone; word: 'reliable' | 'tentative' | 'unreliable' } =>
  alpha >= 0.8
    ? { tone: 'good', word: 'reliable' }
    : alpha >= 0.667
      ? { tone: 'wait', word: 'tentative' }
      : { tone: 'bad', word: 'unreliable' };

/** How much reviewers agreed, category by category, with what the figure means. */
export async function AgreementTable(props: {
  agreement: Agreement[];
  categories: Category[];
  caption: string;
}) {
  const [t, locale] = await Promise.all([getTranslations('annotations'), getLocale()]);
  const nameOf = (key: string) => props.categories.find((one) => one.key === key)?.[locale] ?? key;
  return (
    <Table
      caption={props.caption}
      rows={props.agreement}
      rowKey={({ category }) => category}
      columns={[
        { head: t('question'), cell: ({ category }) => nameOf(category) },
        {
          head: t('alpha'),
          numeric: true,
          cell: ({ alpha }) =>
            alpha === null ? (
              <span title={t('alphaUndefined')}>–</span>
            ) : (
              alpha.toLocaleString(locale, digits)
            ),
        },
        {
          head: t('meaning'),
          cell: ({ alpha, reviews }) => {
            if (alpha === null)
              return (
                <span className="text-sm text-ink-3">
                  {reviews > 0 ? t('alphaUndefined') : t('noReviewsYet')}
                </span>
              );
            const { tone, word } = reading(alpha);
            return <Badge tone={tone}>{t(word)}</Badge>;
          },
        },
        { head: t('items'), numeric: true, wide: true, cell: ({ items }) => items.toLocaleString(locale) },
        {
          head: t('reviewsGiven'),
          numeric: true,
          wide: true,
          cell: ({ reviews }) => reviews.toLocaleString(locale),
        },
      ]}
    />
  );
}
const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
