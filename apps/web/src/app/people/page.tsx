import { type PersonSummary, rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { EraseOnRequest } from '../../features/people/erase-person.tsx';
import { RoleEditor } from '../../features/people/role-editor.tsx';
import { Watch } from '../../features/shell/watch.tsx';
import { ClientMessages } from '../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../server/api.ts';
import { buttonLook } from '../../ui/button.tsx';
import { Pager, SearchForm } from '../../ui/list-tools.tsx';
import { Empty, PageHead } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('people'))('title') };
}

export default async function PeoplePage(props: { searchParams: Promise<{ q?: string; after?: string }> }) {
  const { q = '', after } = await props.searchParams;
  const [t, groups, shell, viewer] = await Promise.all([
    getTranslations('people'),
    getTranslations('groups'),
    getTranslations('shell'),
    viewerOfPage(),
  ]);
  const parent = { href: '/groups', label: groups('title') };
  if (!viewer?.permissions.includes('person.self')) {
    const signIn = (
      <Link href="/sign-in?next=/people" className={buttonLook('primary')}>
        {shell('signIn')}
      </Link>
    );
    return (
      <>
        <PageHead parent={parent} title={t('title')} />
        <Empty title={t('signIn')} action={signIn}>
          {t('signInLead')}
        </Empty>
      </>
    );
  }
  const { items, next } = await orNotFound((await api()).people.list({ after, text: q || undefined }));
  const manages = rolesPermit(viewer.roles, 'person.manage', null);
  return (
    <ClientMessages of={['common', 'people', 'role']}>
      <Watch on={['person', 'group']} />
      <PageHead parent={parent} title={t('title')} lead={t('lead')} />
      <SearchForm path="/people" label={t('searchLabel')} text={q} />
      {items.length === 0 ? <Empty title={t('none')} /> : <People people={items} manages={manages} />}
      <Pager path="/people" keep={{ q }} after={after} next={next} />
    </ClientMessages>
  );
}

async function People({ people, manages }: { people: PersonSummary[]; manages: boolean }) {
  const [t, roles, locale] = await Promise.all([
    getTranslations('people'),
    getTranslations('role'),
    getLocale(),
  ]);
  const hubRoles = (person: PersonSummary) =>
    person.roles.filter(({ groupId }) => groupId === null).map(({ role }) => role);
  return (
    <Table
      caption={t('title')}
      rows={people}
      rowKey={({ personId }) => personId}
      columns={[
        {
          head: t('name'),
          cell: ({ displayName, personId }) => (
            <>
              <span className="block min-w-20 font-medium">{displayName}</span>
              <code className="block font-mono text-xs text-ink-3">{personId.slice(-8)}</code>
            </>
          ),
        },
        {
          head: t('groups'),
          cell: ({ groups }) => (
            <ul className="min-w-32">
              {groups.map(({ groupId, slug, nameJa, nameEn }) => (
                <li key={groupId}>
                  <Link className="link" href={`/groups/${slug}`}>
                    {locale === 'ja' ? nameJa : nameEn}
                  </Link>
                </li>
              ))}
            </ul>
          ),
        },
        {
          head: t('roles'),
          cell: (person) =>
            manages ? (
              <RoleEditor
                personId={person.personId}
                name={person.displayName}
                groupId={null}
                held={hubRoles(person)}
              />
            ) : (
              hubRoles(person)
                .map((role) => roles(role))
                .join(' · ')
            ),
        },
        {
          head: t('joined'),
          wide: true,
          cell: ({ joinedAt }) => (
            <span className="text-sm whitespace-nowrap text-ink-2">
              <Time at={joinedAt} />
            </span>
          ),
        },
        ...(manages
          ? [
              {
                head: <span className="sr-only">{t('erase')}</span>,
                cell: ({ personId, displayName }: PersonSummary) => (
                  <EraseOnRequest personId={personId} name={displayName} />
                ),
              },
            ]
          : []),
      ]}
    />
  );
}
