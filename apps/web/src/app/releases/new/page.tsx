import { rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { placesFor } from '../../../features/people/places.ts';
import { DraftForm } from '../../../features/releases/draft-form.tsx';
import { VerdictCard } from '../../../features/sources/source-bits.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { artifactTitle } from '../../../lib/artifact-title.ts';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Empty, PageHead, Section } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('releases'))('draft') };
}

export default async function NewReleasePage(props: { searchParams: Promise<{ artifact?: string }> }) {
  const [{ artifact: artifactId }, t, titles, locale, viewer] = await Promise.all([
    props.searchParams,
    getTranslations('releases'),
    getTranslations('artifactTitle'),
    getLocale(),
    viewerOfPage(),
  ]);
  const problem =
    !viewer || !rolesPermit(viewer.roles, 'release.draft', 'any')
      ? 'mayNotDraft'
      : artifactId
        ? null
        : 'noArtifact';
  if (problem || !viewer || !artifactId) {
    return (
      <Empty
        alone
        title={t(problem ?? 'noArtifact')}
        action={
          <Link href="/artifacts?kind=model" className={buttonLook('quiet')}>
            {t('toModels')}
          </Link>
        }
      >
        {t(problem === 'mayNotDraft' ? 'mayNotDraftLead' : 'noArtifactLead')}
      </Empty>
    );
  }
  const artifact = await orNotFound((await api()).artifacts.detail({ artifactId }));
  return (
    <ClientMessages of={['common', 'releases']}>
      <PageHead
        parent={{ href: `/artifacts/${artifactId}`, label: artifactTitle(artifact.title, titles) }}
        title={t('draft')}
        lead={t('draftLead')}
      />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <DraftForm
          artifactId={artifactId}
          slug={slugOf(artifact.title)}
          groups={placesFor(viewer, 'release.draft', locale, t('wholeHub'))}
        />
        <aside className="min-w-0 max-lg:mt-10">
          <Section title={t('licence')}>
            <VerdictCard verdict={artifact.manifest.licence} />
          </Section>
        </aside>
      </div>
    </ClientMessages>
  );
}

/** What of a title may stand in a name that tools and file systems take. */
function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug.length > 1 ? slug : 'model';
}
