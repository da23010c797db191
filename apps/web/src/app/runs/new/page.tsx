import { filterPresets } from '@tsudoi/engine/corpus/pages';
import { rolesPermit, type SourceSummary, TrainingRecipe } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import smallestRecipe from '../../../../../../recipes/first-llama.json' with { type: 'json' };
import { placesFor } from '../../../features/people/places.ts';
import { asText, firstCard } from '../../../features/runs/card-draft.ts';
import { RegisterForm } from '../../../features/runs/register-form.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('runForms'))('title') };
}

export default async function NewRunPage(props: { searchParams: Promise<{ from?: string }> }) {
  const [{ from }, t, runs, locale, viewer] = await Promise.all([
    props.searchParams,
    getTranslations('runForms'),
    getTranslations('runs'),
    getLocale(),
    viewerOfPage(),
  ]);
  if (!viewer || !rolesPermit(viewer.roles, 'run.register', 'any')) {
    return (
      <Empty
        alone
        title={t('mayNot')}
        action={
          <Link href="/runs" className={buttonLook('quiet')}>
            {runs('title')}
          </Link>
        }
      >
        {t('mayNotLead')}
      </Empty>
    );
  }
  const hub = await api();
  const [model, sources] = await Promise.all([
    from ? orNotFound(hub.runs.detail({ runId: from })) : null,
    usableSources(hub),
  ]);
  const ready = sources.filter(({ state }) => state !== 'accepted').map(({ sourceId }) => sourceId);
  const card = model?.card ?? firstCard(TrainingRecipe.parse(smallestRecipe), ready);
  return (
    <ClientMessages of={['common', 'runForms', 'cardForm', 'runCorpus', 'language', 'jobKind']}>
      <PageHead parent={{ href: '/runs', label: runs('title') }} title={t('title')} lead={t('lead')} />
      <RegisterForm
        card={asText(card)}
        supersedes={model?.runId ?? null}
        presets={filterPresets}
        sources={sources.map(({ sourceId, titleJa, titleEn }) => ({
          sourceId,
          title: locale === 'ja' ? titleJa : titleEn,
        }))}
        groups={placesFor(viewer, 'run.register', locale, t('wholeHub'))}
      />
    </ClientMessages>
  );
}

/** The newest sources that are accepted and may be trained on: what a run can be made of. */
async function usableSources(hub: Awaited<ReturnType<typeof api>>): Promise<SourceSummary[]> {
  const states = ['in-corpus', 'ingested', 'accepted'] as const;
  const pages = await Promise.all(states.map((state) => hub.sources.list({ state, limit: 100 })));
  return pages.flatMap(({ items }) => items).filter(({ rights }) => rights.train);
}
