import type { SourceState } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { Watch } from '../../../features/shell/watch.tsx';
import { Rights, SourceStateBadge } from '../../../features/sources/source-bits.tsx';
import { bytes } from '../../../lib/labels.ts';
import { api, orNotFound } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { FilterLinks } from '../../../ui/filter-links.tsx';
import { addressOf, Pager, SearchForm } from '../../../ui/list-tools.tsx';
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
  'in-corpus',
  'rejected',
  'withdrawn',
];

type Search = Promise<{ state?: string; q?: string; after?: string }>;

export default async function SourcesPage(props: { searchParams: Search }) {
  const erased = (await getTranslations('common'))('erasedPerson');
  const { state, q = '', after } = await props.searchParams;
  const current = states.find((known) => known === state) ?? null;
  const [t, list, words, locale, { items, next, counts }] = await Promise.all([
    getTranslations('sources'),
    getTranslations('list'),
    getTranslations('sourceState'),
    getLocale(),
    api().then((hub) =>
      orNotFound(hub.sources.list({ after, text: q || undefined, state: current ?? undefined })),
    ),
  ]);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const propose = (
    <Link href="/sources/new" className={buttonLook('primary')}>
      {t('propose')}
    </Link>
  );
  return (
    <>
      <Watch on={['source']} />
      <PageHead title={t('title')} lead={t('lead')} actions={(total > 0 || q) && propose} />
      {total === 0 && !q ? (
        <Empty title={t('emptyAll')} action={propose}>
          {t('emptyLead')}
        </Empty>
      ) : (
        <>
          <SearchForm path="/sources" label={t('searchLabel')} text={q} keep={{ state: current }} />
          <FilterLinks
            label={t('filter')}
            current={current}
            href={(value) => addressOf('/sources', { state: value, q })}
            options={[
              { value: null, label: t('all'), count: total },
              ...states
                .map((value) => ({ value, label: words(value), count: counts[value] ?? 0 }))
                .filter(({ count, value }) => count > 0 || value === current),
            ]}
          />
          {items.length === 0 ? (
            <Empty title={q ? list('notFound', { text: q }) : t('empty')}>{q && list('notFoundLead')}</Empty>
          ) : (
            <Table
              caption={t('title')}
              rows={items}
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
          <Pager path="/sources" keep={{ state: current, q }} after={after} next={next} />
        </>
      )}
    </>
  );
}
