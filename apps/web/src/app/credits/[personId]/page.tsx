import type { CreditEntry } from '@tsudoi/schema';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { CreditName } from '../../../features/releases/credit-name.tsx';
import { ReleaseRows } from '../../../features/releases/release-rows.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Empty, PageHead, Section } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

interface Props {
  params: Promise<{ personId: string }>;
  searchParams: Promise<{ after?: string }>;
}

async function load({ params }: Pick<Props, 'params'>): Promise<{ name: string; named: boolean }> {
  const { personId } = await params;
  const { displayName, named } = await orNotFound((await api()).credits.person({ personId }));
  return { name: displayName || (await getTranslations('common'))('erasedPerson'), named };
}

export async function generateMetadata(props: Props) {
  return { title: (await getTranslations('credits'))('ofPerson', { name: (await load(props)).name }) };
}

export default async function PersonCreditsPage(props: Props) {
  const [{ personId }, { after }, { name, named }, viewer] = await Promise.all([
    props.params,
    props.searchParams,
    load(props),
    viewerOfPage(),
  ]);
  const hub = await api();
  const [t, rules, entries, releases] = await Promise.all([
    getTranslations('credits'),
    getTranslations('creditRule'),
    hub.credits.ofPerson({ personId, after }),
    hub.credits.releasesOf({ personId }),
  ]);
  return (
    <ClientMessages of={['common', 'credits']}>
      <Watch on={['credit', 'release']} />
      <PageHead parent={{ href: '/credits', label: t('title') }} title={t('ofPerson', { name })} />
      {viewer?.personId === personId && <CreditName named={named} />}
      <Section title={t('releases')}>
        {releases.length > 0 ? (
          <ReleaseRows releases={releases} caption={t('releases')} />
        ) : (
          <p className="phrase text-ink-2">{t('noReleases')}</p>
        )}
      </Section>
      <Section title={t('ledger')}>
        {entries.items.length === 0 ? (
          <Empty title={t('noEntries')}>{t('noEntriesLead')}</Empty>
        ) : (
          <Table
            caption={t('ledger')}
            rows={entries.items}
            rowKey={({ creditId }) => creditId}
            columns={[
              {
                head: t('what'),
                cell: (entry) => (
                  <>
                    <span className={entry.reversedAt ? 'line-through' : ''}>{rules(entry.rule)}</span>
                    {entry.statement && <span className="block text-sm text-ink-2">{entry.statement}</span>}
                    {entry.reversedAt && (
                      <span className="mt-1 block text-sm">
                        <Badge tone="bad">{t('reversed')}</Badge> {entry.reversedBecause}
                      </span>
                    )}
                  </>
                ),
              },
              { head: t('evidence'), cell: (entry) => <Evidence entry={entry} /> },
              {
                head: t('when'),
                wide: true,
                cell: (entry) => (
                  <span className="text-sm whitespace-nowrap text-ink-3">
                    <Time at={entry.at} />
                  </span>
                ),
              },
            ]}
          />
        )}
        {entries.next && (
          <p className="mt-4">
            <Link className="link" href={`/credits/${personId}?after=${encodeURIComponent(entries.next)}`}>
              {t('older')}
            </Link>
          </p>
        )}
      </Section>
    </ClientMessages>
  );
}

const pages: Partial<Record<string, (id: string) => string>> = {
  source: (id) => `/sources/${id}`,
  'annotation-item': (id) => `/annotations/items/${id}`,
  'annotation-set': (id) => `/annotations/${id}`,
  job: (id) => `/jobs/${id}`,
  run: (id) => `/runs/${id}`,
  release: (id) => `/releases/${id}`,
};

/** Where anybody can look the work up. */
async function Evidence({ entry: { evidence } }: { entry: CreditEntry }) {
  const t = await getTranslations('credits');
  const page = evidence && pages[evidence.streamType];
  if (!evidence || !page) return <>{t('statedByLead')}</>;
  return (
    <Link className="link text-sm" href={page(evidence.streamId)}>
      {t('lookUp')}
    </Link>
  );
}
