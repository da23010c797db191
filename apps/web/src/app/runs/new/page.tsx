import { filterPresets } from '@tsudoi/engine/corpus/pages';
import { rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { placesFor } from '../../../features/people/places.ts';
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
  const model = from ? await orNotFound((await api()).runs.detail({ runId: from })) : null;
  return (
    <ClientMessages of={['common', 'runForms', 'runCorpus', 'language']}>
      <PageHead parent={{ href: '/runs', label: runs('title') }} title={t('title')} lead={t('lead')} />
      <RegisterForm
        card={model ? JSON.stringify(model.card, null, 2) : ''}
        supersedes={model?.runId ?? null}
        presets={filterPresets}
        groups={placesFor(viewer, 'run.register', locale, t('wholeHub'))}
      />
    </ClientMessages>
  );
}
