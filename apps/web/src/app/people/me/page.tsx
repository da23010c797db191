import { currentOpenness, opennessTexts, TokenScope } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { Agree } from '../../../features/people/agree.tsx';
import { Ending } from '../../../features/people/ending.tsx';
import { ProfileForm } from '../../../features/people/profile-form.tsx';
import { IssueToken, RevokeToken } from '../../../features/people/token-panel.tsx';
import { SignOut } from '../../../features/shell/user-menu.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../../server/api.ts';
import { serverEnv } from '../../../server/env.ts';
import { Badge } from '../../../ui/badge.tsx';
import { buttonLook } from '../../../ui/button.tsx';
import { Empty, Facts, PageHead, Section } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('me'))('title') };
}

export default async function MePage() {
  const [t, shell, roles, permissions, locale, viewer] = await Promise.all([
    getTranslations('me'),
    getTranslations('shell'),
    getTranslations('role'),
    getTranslations('permission'),
    getLocale(),
    viewerOfPage(),
  ]);
  if (!viewer) {
    return (
      <Empty
        alone
        title={t('signIn')}
        action={
          <Link href="/sign-in?next=/people/me" className={buttonLook('primary')}>
            {shell('signIn')}
          </Link>
        }
      />
    );
  }
  const hub = await api();
  const [tokens, profile, openness] = await Promise.all([
    hub.people.tokens(),
    hub.people.profile(),
    hub.people.openness(),
  ]);
  const lendable = TokenScope.options.filter((scope) =>
    scope === 'node.work' ? viewer.permissions.includes('token.issue') : viewer.permissions.includes(scope),
  );
  const groupName = (groupId: string | null) => {
    const group = viewer.groups.find((one) => one.groupId === groupId);
    return group ? (locale === 'ja' ? group.nameJa : group.nameEn) : t('everyGroup');
  };
  return (
    <ClientMessages of={['common', 'me', 'permission']}>
      <Watch on={[`person:${viewer.personId}`]} />
      <PageHead title={viewer.displayName} actions={<SignOut label={t('signOut')} />} />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          {openness !== currentOpenness && <NewOpenness />}
          <Section id="tokens" title={t('tokens')}>
            <p className="phrase mb-4 max-w-2xl text-ink-2">{t('tokensLead')}</p>
            <IssueToken hubUrl={serverEnv().HUB_URL} scopes={lendable} />
            {tokens.length === 0 ? (
              <p className="mt-4 text-ink-2">{t('noTokens')}</p>
            ) : (
              <ul className="mt-4 space-y-2">
                {tokens.map((token) => (
                  <li
                    key={token.tokenId}
                    className="card flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3"
                  >
                    <div>
                      <p className="font-medium">{token.label}</p>
                      <p className="text-sm text-ink-2">
                        {token.scopes
                          .map((scope) => permissions(scope.replace('.', '-') as 'public-read'))
                          .join(' · ')}
                      </p>
                      <p className="text-sm text-ink-3">
                        {t('issuedAt')} <Time at={token.issuedAt} />
                        {' · '}
                        {token.lastUsedAt ? (
                          <>
                            {t('lastUsed')} <Time at={token.lastUsedAt} />
                          </>
                        ) : (
                          t('neverUsed')
                        )}
                        {token.expiresAt && !token.revokedAt && (
                          <>
                            {' · '}
                            {new Date(token.expiresAt) <= new Date() ? t('expired') : t('expiresAt')}{' '}
                            <Time at={token.expiresAt} />
                          </>
                        )}
                        {token.revokedAt && (
                          <>
                            {' · '}
                            {t('revokedAt')} <Time at={token.revokedAt} />
                          </>
                        )}
                      </p>
                    </div>
                    {token.revokedAt === null && <RevokeToken token={token} />}
                  </li>
                ))}
              </ul>
            )}
          </Section>
          {profile && (
            <Section id="profile" title={t('profile')}>
              <ProfileForm {...profile} />
            </Section>
          )}
          <Section id="ending" title={t('ending')}>
            <Ending personId={viewer.personId} name={viewer.displayName} />
          </Section>
        </div>
        <aside>
          <Section title={t('roles')}>
            <Facts
              items={viewer.roles.map(({ role, groupId }) => ({
                term: groupName(groupId),
                value: roles(role),
              }))}
            />
            <p className="phrase mt-2 text-sm text-ink-3">{t('rolesLead')}</p>
          </Section>
          <Section title={t('groups')}>
            {viewer.groups.length === 0 ? (
              <p className="phrase text-ink-2">{t('noGroups')}</p>
            ) : (
              <p className="flex flex-wrap gap-2">
                {viewer.groups.map((group) => (
                  <Badge key={group.groupId} tone="ai">
                    {groupName(group.groupId)}
                  </Badge>
                ))}
              </p>
            )}
            <p className="mt-2">
              <Link className="link" href="/groups">
                {t('allGroups')}
              </Link>
            </p>
            <p>
              <Link className="link" href="/streams">
                {t('listen')}
              </Link>
            </p>
          </Section>
          <Section title={t('openness')}>
            <p className="phrase text-sm leading-6 text-ink-2">
              {opennessTexts[currentOpenness]?.[locale]}
              {openness === currentOpenness && ` ${t('opennessAgreed', { version: openness })}`}
            </p>
          </Section>
          <Section title={t('permissions')}>
            <p className="flex flex-wrap gap-2">
              {viewer.permissions.map((permission) => (
                <Badge key={permission} tone="plain">
                  {permissions(permission.replace('.', '-') as 'public-read')}
                </Badge>
              ))}
            </p>
          </Section>
        </aside>
      </div>
    </ClientMessages>
  );
}

/** The text has changed since one agreed: what it says now, and a button. */
async function NewOpenness() {
  const [t, locale] = await Promise.all([getTranslations('me'), getLocale()]);
  return (
    <section className="mb-8 rounded-xl bg-yamabuki-soft px-5 py-4" aria-label={t('opennessNew')}>
      <h2 className="text-base text-yamabuki">{t('opennessNew')}</h2>
      <p className="phrase mt-1">{opennessTexts[currentOpenness]?.[locale]}</p>
      <Agree version={currentOpenness} />
    </section>
  );
}
