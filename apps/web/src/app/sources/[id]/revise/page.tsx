import { licenceRules } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { RevisionForm } from '../../../../features/sources/proposal-form.tsx';
import { WantedChanges } from '../../../../features/sources/wanted-changes.tsx';
import { ClientMessages } from '../../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../../server/api.ts';
import { ruleSentence } from '../../../../server/rejections.ts';
import { buttonLook } from '../../../../ui/button.tsx';
import { Empty, PageHead } from '../../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('revise'))('title') };
}

export default async function RevisePage(props: { params: Promise<{ id: string }> }) {
  const { id } = await props.params;
  const [source, t, shell, locale, viewer] = await Promise.all([
    orNotFound((await api()).sources.detail({ sourceId: id })),
    getTranslations('revise'),
    getTranslations('shell'),
    getLocale(),
    viewerOfPage(),
  ]);
  const parent = { href: `/sources/${id}`, label: locale === 'ja' ? source.titleJa : source.titleEn };
  if (viewer?.personId !== source.proposer.personId) {
    const signIn = (
      <Link href={`/sign-in?next=/sources/${id}/revise`} className={buttonLook('primary')}>
        {shell('signIn')}
      </Link>
    );
    return (
      <>
        <PageHead parent={parent} title={t('title')} />
        <Empty title={t('notYours')} action={!viewer && signIn}>
          {t('notYoursLead')}
        </Empty>
      </>
    );
  }
  if (source.state !== 'changes-wanted') {
    return (
      <>
        <PageHead parent={parent} title={t('title')} />
        <Empty title={t('notNow')}>{t('notNowLead')}</Empty>
      </>
    );
  }
  const rules = Object.fromEntries(
    Object.keys(licenceRules).map((rule) => [rule, ruleSentence(rule, locale)]),
  );
  return (
    <>
      <PageHead parent={parent} title={t('title')} lead={t('lead', { round: source.round + 1 })} />
      <WantedChanges source={source} title={t('wanted')} />
      <ClientMessages of={['common', 'propose', 'revise', 'location', 'format', 'language']}>
        <RevisionForm source={source} rules={rules} />
      </ClientMessages>
    </>
  );
}
