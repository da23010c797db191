import { rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { DrawUpForm } from '../../../features/annotations/draw-up-form.tsx';
import { placesFor } from '../../../features/people/places.ts';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { viewerOfPage } from '../../../server/api.ts';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('annotations'))('drawUp') };
}

export default async function DrawUpPage() {
  const [t, locale, viewer] = await Promise.all([
    getTranslations('annotations'),
    getLocale(),
    viewerOfPage(),
  ]);
  if (!viewer || !rolesPermit(viewer.roles, 'annotation.manage', 'any')) {
    return (
      <Empty alone title={t('mayNotDrawUp')}>
        {t('mayNotDrawUpLead')}
      </Empty>
    );
  }
  return (
    <ClientMessages of={['common', 'annotations']}>
      <PageHead
        parent={{ href: '/annotations', label: t('title') }}
        title={t('drawUp')}
        lead={t('drawUpLead')}
      />
      <DrawUpForm groups={placesFor(viewer, 'annotation.manage', locale, t('wholeHub'))} />
    </ClientMessages>
  );
}
