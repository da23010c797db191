import { ArtifactKind } from '@tsudoi/schema';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { ArtifactRows } from '../../../features/artifacts/artifact-rows.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { api } from '../../../server/api.ts';
import { FilterLinks } from '../../../ui/filter-links.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('artifacts'))('title') };
}

export default async function ArtifactsPage(props: { searchParams: Promise<{ kind?: string }> }) {
  const [t, kinds, all, { kind }] = await Promise.all([
    getTranslations('artifacts'),
    getTranslations('artifactKind'),
    api().then((hub) => hub.artifacts.list()),
    props.searchParams,
  ]);
  const current = ArtifactKind.options.find((known) => known === kind) ?? null;
  const shown = current ? all.filter((artifact) => artifact.kind === current) : all;
  return (
    <>
      <Watch on={['artifact']} />
      <PageHead title={t('title')} lead={t('lead')} />
      <FilterLinks
        label={t('filter')}
        current={current}
        href={(value) => (value ? `/artifacts?kind=${value}` : '/artifacts')}
        options={[
          { value: null, label: t('all'), count: all.length },
          ...ArtifactKind.options
            .toReversed()
            .map((value) => ({
              value,
              label: kinds(value),
              count: all.filter((artifact) => artifact.kind === value).length,
            }))
            .filter(({ count, value }) => count > 0 || value === current),
        ]}
      />
      {shown.length === 0 ? (
        <Empty title={t('empty')}>{t('emptyLead')}</Empty>
      ) : (
        <ArtifactRows artifacts={shown} caption={t('title')} />
      )}
    </>
  );
}
