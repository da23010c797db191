import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { Amounts } from '../../../features/corpora/amounts.tsx';
import { Charts } from '../../../features/corpora/charts.tsx';
import { Removed } from '../../../features/corpora/removed.tsx';
import { SearchBox } from '../../../features/corpora/search-box.tsx';
import { VerdictCard } from '../../../features/sources/source-bits.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { bytes } from '../../../lib/labels.ts';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { PageHead, Section } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';

interface Props {
  params: Promise<{ id: string }>;
}

async function load(props: Props) {
  const { id } = await props.params;
  return orNotFound((await api()).corpora.overview({ artifactId: id }));
}

export async function generateMetadata() {
  return { title: (await getTranslations('corpus'))('title') };
}

export default async function CorpusPage(props: Props) {
  const [overview, { id }, viewer, t, shell, languages, locale] = await Promise.all([
    load(props),
    props.params,
    viewerOfPage(),
    getTranslations('corpus'),
    getTranslations('shell'),
    getTranslations('language'),
    getLocale(),
  ]);
  const { corpus, counted } = overview;
  const titles = new Map(
    corpus.sources.map((source) => [source.id, source.title[locale === 'ja' ? 'ja' : 'en']]),
  );
  return (
    <ClientMessages of={['common', 'corpus']}>
      <PageHead
        parent={{ href: `/artifacts/${id}`, label: corpus.title[locale === 'ja' ? 'ja' : 'en'] }}
        title={t('title')}
        lead={t('lead')}
        meta={
          counted && (
            <>
              <span>{t('documentCount', { count: counted.statistics.documents })}</span>
              <span>{t('characterCount', { count: counted.statistics.characters })}</span>
              <span className="tabular-nums">{bytes(counted.statistics.bytes, locale)}</span>
            </>
          )
        }
      />
      <Section title={t('search')} id="search">
        {viewer?.permissions.includes('artifact.download') ? (
          <SearchBox artifactId={id} />
        ) : (
          <div className="card flex flex-wrap items-center justify-between gap-3 p-5">
            <p className="phrase text-ink-2">{t('signIn')}</p>
            <Link href={`/sign-in?next=/corpora/${id}`} className={buttonLook('quiet')}>
              {shell('signIn')}
            </Link>
          </div>
        )}
      </Section>
      {counted ? (
        <Section
          title={t('statistics')}
          id="statistics"
          aside={counted.complete ? undefined : t('countedInPart')}
        >
          <Charts overview={overview} />
          <div className="grid gap-4 lg:grid-cols-2">
            <Amounts
              caption={t('languages')}
              head={t('language')}
              groups={counted.statistics.languages}
              label={(name) => languages(name as 'ja')}
            />
            <Amounts
              caption={t('sources')}
              head={t('source')}
              groups={counted.statistics.sources}
              label={(name) => (
                <Link className="link" href={`/sources/${name}`}>
                  {titles.get(name) ?? name}
                </Link>
              )}
            />
          </div>
        </Section>
      ) : (
        <Section title={t('statistics')}>
          <p className="phrase text-ink-2">{t('tooLarge')}</p>
        </Section>
      )}
      <Section title={t('licences')}>
        <div className="grid gap-4 lg:grid-cols-2">
          <VerdictCard verdict={corpus.verdict} />
          {counted && (
            <Amounts caption={t('licences')} head={t('licence')} groups={counted.statistics.licences} />
          )}
        </div>
      </Section>
      <Section title={t('made')}>
        <Table
          caption={t('made')}
          rows={corpus.stages}
          rowKey={({ name }) => name}
          columns={[
            { head: t('stage'), cell: ({ name }) => t(`stage-${name}`) },
            {
              head: t('before'),
              numeric: true,
              cell: ({ before }) => before.documents.toLocaleString(locale),
            },
            { head: t('after'), numeric: true, cell: ({ after }) => after.documents.toLocaleString(locale) },
            {
              head: t('left'),
              numeric: true,
              cell: ({ before, after }) => (before.documents - after.documents).toLocaleString(locale),
            },
          ]}
        />
      </Section>
      <Section title={t('removed')}>
        <Removed overview={overview} />
      </Section>
      {counted && (
        <Section title={t('documentsAbout')} id="documents">
          <p className="phrase mb-3 text-sm text-ink-2">{t('documentsLead')}</p>
          <ul className="flex flex-wrap gap-2">
            {['README.ja.md', 'README.md', 'croissant.json', 'licences.spdx.json', 'NOTICE'].map((name) => (
              <li key={name}>
                <a className={buttonLook('quiet', true)} href={`/api/corpora/${id}/${name}`} download={name}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </ClientMessages>
  );
}
