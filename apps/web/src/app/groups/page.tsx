import { rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { CreateGroup } from '../../features/groups/create-group.tsx';
import { Membership } from '../../features/groups/membership.tsx';
import { Watch } from '../../features/shell/watch.tsx';
import { ClientMessages } from '../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../server/api.ts';
import { Badge } from '../../ui/badge.tsx';
import { buttonLook } from '../../ui/button.tsx';
import { Empty, PageHead } from '../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('groups'))('title') };
}

export default async function GroupsPage() {
  const [t, locale, viewer, groups] = await Promise.all([
    getTranslations('groups'),
    getLocale(),
    viewerOfPage(),
    api().then((hub) => hub.groups.list()),
  ]);
  const mine = new Set(viewer?.groups.map(({ groupId }) => groupId));
  return (
    <ClientMessages of={['common', 'groups']}>
      <Watch on={['group']} />
      <PageHead
        title={t('title')}
        lead={t('lead')}
        actions={
          <Link href="/people" className={buttonLook('quiet')}>
            {t('people')}
          </Link>
        }
      />
      {groups.length === 0 ? (
        <Empty title={t('empty')}>{t('emptyLead')}</Empty>
      ) : (
        <ul className="grid gap-3 sm:grid-cols-2">
          {groups.map(({ groupId, slug, nameJa, nameEn, memberCount }) => {
            const name = locale === 'ja' ? nameJa : nameEn;
            return (
              <li key={groupId} className="card flex flex-wrap items-center justify-between gap-3 px-5 py-4">
                <div className="min-w-0">
                  <Link href={`/groups/${slug}`} className="link font-medium break-words">
                    {name}
                  </Link>
                  <p className="flex flex-wrap items-center gap-2 text-sm text-ink-3">
                    {t('members', { count: memberCount })}
                    {mine.has(groupId) && <Badge tone="good">{t('member')}</Badge>}
                  </p>
                </div>
                {viewer && <Membership groupId={groupId} name={name} isMember={mine.has(groupId)} />}
              </li>
            );
          })}
        </ul>
      )}
      {!viewer && <p className="phrase mt-4 text-ink-3">{t('signIn')}</p>}
      {viewer && rolesPermit(viewer.roles, 'group.manage', null) && (
        <div className="mt-8">
          <CreateGroup />
        </div>
      )}
    </ClientMessages>
  );
}
