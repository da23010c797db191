import { rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { SetStateBadge } from '../../../features/annotations/annotation-bits.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { api, viewerOfPage } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Bar, Empty, PageHead } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('annotations'))('title') };
}

export default async function AnnotationsPage(props: { searchParams: Promise<{ after?: string }> }) {
  const { after } = await props.searchParams;
  const [t, locale, viewer, sets] = await Promise.all([
    getTranslations('annotations'),
    getLocale(),
    viewerOfPage(),
    api().then((hub) => hub.annotations.sets({ after })),
  ]);
  const mayDrawUp = rolesPermit(viewer?.roles ?? [], 'annotation.manage', 'any');
  const action = mayDrawUp && (
    <Link href="/annotations/new" className={buttonLook('primary')}>
      {t('drawUp')}
    </Link>
  );
  return (
    <>
      <Watch on={['annotation-set', 'annotation-item']} />
      <PageHead title={t('title')} lead={t('lead')} actions={action} />
      {sets.items.length === 0 ? (
        <Empty title={t('empty')}>{t('emptyLead')}</Empty>
      ) : (
        <Table
          caption={t('title')}
          rows={sets.items}
          rowKey={({ setId }) => setId}
          columns={[
            {
              head: t('set'),
              cell: (set) => (
                <>
                  <Link className="link font-medium" href={`/annotations/${set.setId}`}>
                    {locale === 'ja' ? set.titleJa : set.titleEn}
                  </Link>
                  <span className="block text-sm text-ink-3">
                    {t('reviewsEach', { count: set.reviewsPerItem })}
                    {set.sensitive && ` · ${t('sensitiveShort')}`}
                  </span>
                </>
              ),
            },
            { head: t('state'), cell: (set) => <SetStateBadge state={set.state} /> },
            {
              head: t('progress'),
              wide: true,
              cell: (set) => (
                <div className="w-36">
                  <p className="text-sm tabular-nums">
                    {t('settledOf', { settled: set.settled, items: set.items })}
                  </p>
                  <Bar
                    share={set.settled / Math.max(1, set.items)}
                    label={`${locale === 'ja' ? set.titleJa : set.titleEn}: ${t('progress')}`}
                  />
                </div>
              ),
            },
            {
              head: t('disputed'),
              numeric: true,
              wide: true,
              cell: (set) => (set.disputed > 0 ? set.disputed.toLocaleString(locale) : '–'),
            },
            {
              head: t('lowestAlpha'),
              numeric: true,
              wide: true,
              cell: (set) => lowestAlpha(set.agreement, locale),
            },
            ...(viewer
              ? [
                  {
                    head: t('forMe'),
                    numeric: true,
                    cell: (set: (typeof sets.items)[number]) =>
                      set.state === 'open' && set.forMe ? (
                        <Link className="link" href={`/annotations/${set.setId}/review`}>
                          {t('reviewThese', { count: set.forMe })}
                        </Link>
                      ) : (
                        '–'
                      ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {sets.next && (
        <p className="mt-4">
          <Link className="link" href={`/annotations?after=${encodeURIComponent(sets.next)}`}>
            {t('older')}
          </Link>
        </p>
      )}
    </>
  );
}

function lowestAlpha(agreement: { alpha: number | null }[], locale: string): string {
  const known = agreement.map(({ alpha }) => alpha).filter((alpha) => alpha !== null);
  if (known.length === 0) return '–';
  return Math.min(...known).toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
