import { licenceRules, rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { ProposalForm } from '../../../features/sources/proposal-form.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { viewerOfPage } from '../../../server/api.ts';
import { ruleSentence } from '../../../server/rejections.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('propose'))('title') };
}

export default async function ProposePage() {
  const [t, shell, sources, locale, viewer] = await Promise.all([
    getTranslations('propose'),
    getTranslations('shell'),
    getTranslations('sources'),
    getLocale(),
    viewerOfPage(),
  ]);
  const parent = { href: '/sources', label: sources('title') };
  if (!viewer?.permissions.includes('source.propose')) {
    return (
      <>
        <PageHead parent={parent} title={t('title')} />
        <Empty
          title={t('signInTitle')}
          action={
            <Link href="/sign-in?next=/sources/new" className={buttonLook('primary')}>
              {shell('signIn')}
            </Link>
          }
        >
          {t('signInLead')}
        </Empty>
      </>
    );
  }
  const mayProposeTo = (groupId: string | null) => rolesPermit(viewer.roles, 'source.propose', groupId);
  const groups = viewer.groups
    .filter(({ groupId }) => mayProposeTo(groupId))
    .map(({ groupId, nameJa, nameEn }) => ({ groupId, name: locale === 'ja' ? nameJa : nameEn }));
  const rules = Object.fromEntries(
    Object.keys(licenceRules).map((rule) => [rule, ruleSentence(rule, locale)]),
  );
  return (
    <>
      <PageHead parent={parent} title={t('title')} lead={t('lead')} />
      <ClientMessages of={['common', 'propose', 'revise', 'location', 'format', 'language']}>
        <ProposalForm groups={groups} hubWide={mayProposeTo(null)} rules={rules} />
      </ClientMessages>
    </>
  );
}
