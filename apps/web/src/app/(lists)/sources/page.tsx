import type { SourceState } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { Watch } from '../../../features/shell/watch.tsx';
import { Rights, SourceStateBadge } from '../../../features/sources/source-bits.tsx';
import { bytes } from '../../../lib/labels.ts';
import { api } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { FilterLinks } from '../../../ui/filter-links.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('sources'))('title') };
}

const states: SourceState[] = [
  'under-review',
  'changes-wanted',
  'accepted',
  'ingested',
  'rejected',
  'withdrawn',
];

export default async function SourcesPage(props: { searchParams: Promise<{ state?: string }> }) {
  const erased = (await getTranslations('common'))('erasedPerson');
  const [t, words, locale, all, { state }] = await Promise.all([
    getTranslations('sources'),
    getTranslations('sourceState'),
    getLocale(),
    api().then((hub) => hub.sources.list()),
    props.searchParams,
  ]);
  const current = states.find((known) => known === state) ?? null;
  const shown = current ? all.filter((source) => source.state === current) : all;
  const propose = (
    <Link href="/sources/new" className={buttonLook('primary')}>
      {t('propose')}
    </Link>
  );
  return (
    <>
      <Watch on={['source']} />
      <PageHead title={t('title')} lead={t('lead')} actions={all.length > 0 && propose} />
      {all.length === 0 ? (
        <Empty title={t('emptyAll')} action={propose}>
          {t('emptyLead')}
        </Empty>
      ) : (
        <>
          <FilterLinks
            label={t('filter')}
            current={current}
            href={(value) => (value ? `/sources?state=${value}` : '/sources')}
            options={[
              { value: null, label: t('all'), count: all.length },
              ...states
                .map((value) => ({
                  value,
                  label: words(value),
                  count: all.filter((source) => source.state === value).length,
                }))
                .filter(({ count, value }) => count > 0 || value === current),
            ]}
          />
          {shown.length === 0 ? (
            <Empty title={t('empty')} />
          ) : (
            <Table
              caption={t('title')}
              rows={shown}
              rowKey={(source) => source.sourceId}
              columns={[
                {
                  head: t('name'),
                  cell: (source) => (
                    <>
                      <Link className="link font-medium" href={`/sources/${source.sourceId}`}>
                        {locale === 'ja' ? source.titleJa : source.titleEn}
                      </Link>
                      <span className="block max-w-md text-sm break-words text-ink-3">{source.licence}</span>
                    </>
                  ),
                },
                {
                  head: t('state'),
                  cell: (source) => (
                    <>
                      <SourceStateBadge state={source.state} />
                      {source.state === 'under-review' && (
                        <span className="mt-1 block text-sm text-ink-3">
                          {t('accepts', { accepts: source.accepts, quorum: source.quorum })}
                        </span>
                      )}
                    </>
                  ),
                },
                {
                  head: t('rights'),
                  wide: true,
                  cell: (source) =>
                    source.state === 'rejected' || source.state === 'withdrawn' ? (
                      '–'
                    ) : (
                      <Rights rights={source.rights} />
                    ),
                },
                {
                  head: t('documents'),
                  numeric: true,
                  wide: true,
                  cell: (source) => source.documents?.toLocaleString(locale) ?? '–',
                },
                {
                  head: t('size'),
                  numeric: true,
                  wide: true,
                  cell: (source) => (source.bytes === null ? '–' : bytes(source.bytes, locale)),
                },
                {
                  head: t('proposed'),
                  wide: true,
                  cell: (source) => (
                    <span className="text-sm whitespace-nowrap text-ink-2">
                      {source.proposer.displayName || erased}
                      <span className="block text-ink-3">
                        <Time at={source.proposedAt} />
                      </span>
                    </span>
                  ),
                },
              ]}
            />
          )}
        </>
      )}
    </>
  );
}
