import { ArtifactKind } from '@tsudoi/schema';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { ArtifactRows } from '../../../features/artifacts/artifact-rows.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { api, orNotFound } from '../../../server/api.ts';
import { FilterLinks } from '../../../ui/filter-links.tsx';
import { addressOf, Pager, SearchForm } from '../../../ui/list-tools.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('artifacts'))('title') };
}

type Search = Promise<{ kind?: string; q?: string; after?: string }>;

export default async function ArtifactsPage(props: { searchParams: Search }) {
  const { kind, q = '', after } = await props.searchParams;
  const current = ArtifactKind.options.find((known) => known === kind) ?? null;
  const [t, list, kinds, { items, next, counts }] = await Promise.all([
    getTranslations('artifacts'),
    getTranslations('list'),
    getTranslations('artifactKind'),
    api().then((hub) =>
      orNotFound(hub.artifacts.list({ after, text: q || undefined, kind: current ?? undefined })),
    ),
  ]);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <Watch on={['artifact']} />
      <PageHead title={t('title')} lead={t('lead')} />
      <SearchForm path="/artifacts" label={t('searchLabel')} text={q} keep={{ kind: current }} />
      <FilterLinks
        label={t('filter')}
        current={current}
        href={(value) => addressOf('/artifacts', { kind: value, q })}
        options={[
          { value: null, label: t('all'), count: total },
          ...ArtifactKind.options
            .toReversed()
            .map((value) => ({ value, label: kinds(value), count: counts[value] ?? 0 }))
            .filter(({ count, value }) => count > 0 || value === current),
        ]}
      />
      {items.length === 0 ? (
        <Empty title={q ? list('notFound', { text: q }) : t('empty')}>
          {q ? list('notFoundLead') : t('emptyLead')}
        </Empty>
      ) : (
        <ArtifactRows artifacts={items} caption={t('title')} />
      )}
      <Pager path="/artifacts" keep={{ kind: current, q }} after={after} next={next} />
    </>
  );
}
