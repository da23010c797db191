import { rolesPermit } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { ReviewWorkspace } from '../../../../features/annotations/review-workspace.tsx';
import { ClientMessages } from '../../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../../server/api.ts';
import { buttonLook } from '../../../../ui/button.tsx';
import { Empty, PageHead } from '../../../../ui/page.tsx';

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata() {
  return { title: (await getTranslations('annotations'))('review') };
}

export default async function ReviewPage(props: Props) {
  const { id } = await props.params;
  const hub = await api();
  const [set, viewer, t, shell, locale] = await Promise.all([
    orNotFound(hub.annotations.set({ setId: id })),
    viewerOfPage(),
    getTranslations('annotations'),
    getTranslations('shell'),
    getLocale(),
  ]);
  const title = locale === 'ja' ? set.titleJa : set.titleEn;
  const head = <PageHead parent={{ href: `/annotations/${id}`, label: title }} title={t('review')} />;
  if (!viewer || !rolesPermit(viewer.roles, 'annotation.annotate', set.groupId)) {
    return (
      <Empty
        alone
        title={t('mayNotReview')}
        action={
          !viewer && (
            <Link href={`/sign-in?next=/annotations/${id}/review`} className={buttonLook('primary')}>
              {shell('signIn')}
            </Link>
          )
        }
      >
        {t('mayNotReviewLead')}
      </Empty>
    );
  }
  if (set.state !== 'open') {
    return (
      <>
        {head}
        <Empty title={t('notOpen')}>{t('notOpenLead')}</Empty>
      </>
    );
  }
  const held = await hub.annotations.held({ setId: id });
  return (
    <ClientMessages of={['common', 'annotations']}>
      {head}
      <details className="card mb-8">
        <summary className="px-5 py-3 font-medium">{t('guideline')}</summary>
        <p className="border-t border-line px-5 py-4 whitespace-pre-line text-ink-2">{set.guideline}</p>
      </details>
      <ReviewWorkspace set={set} held={held} />
    </ClientMessages>
  );
}
