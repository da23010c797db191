import { filterPresets, filters, japaneseOrigins } from '@tsudoi/engine/corpus/pages';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { FilterPreview } from '../../features/corpora/filter-preview.tsx';
import { ClientMessages } from '../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../server/api.ts';
import { buttonLook } from '../../ui/button.tsx';
import { Empty, PageHead } from '../../ui/page.tsx';

interface Props {
  searchParams: Promise<{ artifact?: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('filterPreview'))('title') };
}

/** Every rule of every preset with the bounds that can be moved. */
const presetsIn = (locale: string) =>
  Object.entries(filterPresets).map(([name, rules]) => ({
    name,
    rules: rules.flatMap(({ filter, params, list }, place) => {
      const isEdit = !('measure' in (filters[filter] ?? {}));
      const { min, max } = params;
      const about = (locale === 'ja' && japaneseOrigins[filter]) || filters[filter]?.origin || '';
      return isEdit ? [] : [{ place, label: [filter, list].filter(Boolean).join(' '), about, min, max }];
    }),
  }));

export default async function FiltersPage({ searchParams }: Props) {
  const [{ artifact }, viewer, locale, t, artifacts, shell, hub] = await Promise.all([
    searchParams,
    viewerOfPage(),
    getLocale(),
    getTranslations('filterPreview'),
    getTranslations('artifacts'),
    getTranslations('shell'),
    api(),
  ]);
  const { items } = await hub.artifacts.list({ kind: 'documents', limit: 200 });
  const documents = items.filter(({ rights, withdrawn }) => rights.search && !withdrawn);
  const head = (
    <PageHead
      parent={{ href: '/artifacts?kind=documents', label: artifacts('title') }}
      title={t('title')}
      lead={t('lead')}
    />
  );
  if (!viewer?.permissions.includes('artifact.download'))
    return (
      <>
        {head}
        <Empty
          title={t('signIn')}
          action={
            <Link href="/sign-in?next=/filters" className={buttonLook('primary')}>
              {shell('signIn')}
            </Link>
          }
        />
      </>
    );
  if (documents.length === 0)
    return (
      <>
        {head}
        <Empty title={t('none')}>{t('noneLead')}</Empty>
      </>
    );
  return (
    <ClientMessages of={['common', 'filterPreview']}>
      {head}
      <FilterPreview
        artifacts={documents.map(({ artifactId, title }) => ({ artifactId, title }))}
        chosen={documents.some(({ artifactId }) => artifactId === artifact) ? (artifact as string) : null}
        presets={presetsIn(locale)}
      />
    </ClientMessages>
  );
}
