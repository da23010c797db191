import { type GroupMember, type GroupSummary, rolesPermit, type Viewer } from '@tsudoi/schema';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { AddMember } from '../../../features/groups/add-member.tsx';
import { Membership, RemoveMember } from '../../../features/groups/membership.tsx';
import { RoleEditor } from '../../../features/people/role-editor.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../../server/api.ts';
import { Badge } from '../../../ui/badge.tsx';
import { buttonLook } from '../../../ui/button.tsx';
import { addressOf, SearchForm } from '../../../ui/list-tools.tsx';
import { Empty, PageHead, Section } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';

const shown = 50;

interface Props {
  params: Promise<{ slug: string }>;
  searchParams: Promise<{ q?: string; skip?: string }>;
}

async function load({ params }: Pick<Props, 'params'>): Promise<GroupSummary> {
  const { slug } = await params;
  const group = (await (await api()).groups.list()).find((one) => one.slug === slug);
  return group ?? notFound();
}

export async function generateMetadata(props: Props) {
  const [group, locale] = await Promise.all([load(props), getLocale()]);
  return { title: locale === 'ja' ? group.nameJa : group.nameEn };
}

export default async function GroupPage(props: Props) {
  const [group, { q = '', skip: from }, viewer, locale, t] = await Promise.all([
    load(props),
    props.searchParams,
    viewerOfPage(),
    getLocale(),
    getTranslations('groups'),
  ]);
  const { groupId, slug, nameJa, nameEn, memberCount } = group;
  const skip = Math.min(100_000, Math.max(0, Math.floor(Number(from)) || 0));
  const hub = await api();
  const found = await hub.groups.members({ groupId, text: q || undefined, skip, limit: shown });
  const name = locale === 'ja' ? nameJa : nameEn;
  const isMember = viewer?.groups.some((one) => one.groupId === groupId) ?? false;
  const managesMembers = viewer !== null && rolesPermit(viewer.roles, 'group.manage', groupId);
  return (
    <ClientMessages of={['common', 'groups', 'people', 'role']}>
      <Watch on={[`group:${groupId}`, 'person']} />
      <PageHead
        parent={{ href: '/groups', label: t('title') }}
        title={name}
        meta={
          <>
            {t('members', { count: memberCount })}
            {isMember && <Badge tone="good">{t('member')}</Badge>}
          </>
        }
        actions={viewer && <Membership groupId={groupId} name={name} isMember={isMember} />}
      />
      <Section id="members" title={t('memberList')}>
        <SearchForm path={`/groups/${slug}`} label={t('searchLabel')} text={q} />
        {found.items.length === 0 ? (
          <Empty title={t('noMembers')} />
        ) : (
          <Members members={found.items} groupId={groupId} viewer={viewer} />
        )}
        {found.total > shown && <Pages slug={slug} q={q} skip={skip} total={found.total} />}
      </Section>
      {managesMembers && <AddMember groupId={groupId} />}
    </ClientMessages>
  );
}

async function Members(props: { members: GroupMember[]; groupId: string; viewer: Viewer | null }) {
  const { members, groupId, viewer } = props;
  const [t, roles, common] = await Promise.all([
    getTranslations('groups'),
    getTranslations('role'),
    getTranslations('common'),
  ]);
  const managesRoles = viewer !== null && rolesPermit(viewer.roles, 'person.manage', groupId);
  const managesMembers = viewer !== null && rolesPermit(viewer.roles, 'group.manage', groupId);
  const nameOf = ({ displayName }: GroupMember) => displayName || common('erasedPerson');
  return (
    <Table
      caption={t('memberList')}
      rows={members}
      rowKey={({ personId }) => personId}
      columns={[
        { head: t('name'), cell: (member) => <span className="font-medium">{nameOf(member)}</span> },
        {
          head: t('roles'),
          cell: (member) =>
            managesRoles ? (
              <RoleEditor
                personId={member.personId}
                name={nameOf(member)}
                groupId={groupId}
                held={member.roles}
              />
            ) : (
              member.roles.map((role) => roles(role)).join(' · ') || t('noRole')
            ),
        },
        ...(managesMembers
          ? [
              {
                head: <span className="sr-only">{t('remove')}</span>,
                cell: (member: GroupMember) => (
                  <RemoveMember groupId={groupId} personId={member.personId} name={nameOf(member)} />
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

async function Pages(props: { slug: string; q: string; skip: number; total: number }) {
  const t = await getTranslations('groups');
  const { slug, q, skip, total } = props;
  const at = (place: number) => addressOf(`/groups/${slug}`, { q, skip: place > 0 ? String(place) : null });
  return (
    <nav aria-label={t('memberList')} className="mt-4 flex flex-wrap items-center gap-3">
      {skip > 0 && (
        <Link className={buttonLook('quiet', true)} href={at(Math.max(0, skip - shown))}>
          {t('previous')}
        </Link>
      )}
      <span className="text-sm text-ink-3 tabular-nums">
        {t('shown', { from: skip + 1, to: Math.min(total, skip + shown), total })}
      </span>
      {skip + shown < total && (
        <Link className={buttonLook('quiet', true)} href={at(skip + shown)}>
          {t('next')}
        </Link>
      )}
    </nav>
  );
}
