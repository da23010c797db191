import { currentOpenness, opennessTexts } from '@tsudoi/schema';
import { Laptop } from 'lucide-react';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { PersonaPicker } from '../../features/people/persona-picker.tsx';
import { ClientMessages } from '../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../server/api.ts';
import { oidc } from '../../server/auth/oidc.ts';
import { Button } from '../../ui/button.tsx';
import { PageHead } from '../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('signIn'))('title') };
}

/** Only a path of ours: a full address here would be an open redirect. */
function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])[\w/-]*$/.test(next) ? next : '/';
}

export default async function SignInPage(props: {
  searchParams: Promise<{ next?: string; error?: string }>;
}) {
  const [t, roles, locale, viewer, personas, search] = await Promise.all([
    getTranslations('signIn'),
    getTranslations('role'),
    getLocale(),
    viewerOfPage(),
    api().then((hub) => hub.people.personas()),
    props.searchParams,
  ]);
  const next = safeNext(search.next);
  const provider = oidc.providerName();
  const people = personas.map((persona) => ({
    personId: persona.personId,
    displayName: persona.displayName,
    about: [
      ...new Set(persona.roles.map(({ role }) => roles(role))),
      ...persona.groups.map((group) => (locale === 'ja' ? group.nameJa : group.nameEn)),
    ].join(' · '),
  }));
  return (
    <div className="mx-auto max-w-2xl">
      <PageHead title={t('title')} lead={t('lead')} />
      {viewer && <p className="mb-6 text-ink-2">{t('already', { name: viewer.displayName })}</p>}
      {search.error && (
        <p role="alert" className="mb-6 text-shu">
          {t('failed')}
        </p>
      )}
      {provider && (
        <form method="post" action="/api/auth/signin/oidc" className="mb-8">
          <input type="hidden" name="callbackUrl" value={next} />
          <Button type="submit" look="primary">
            {t('with', { provider })}
          </Button>
        </form>
      )}
      {people.length > 0 && (
        <section aria-labelledby="personas">
          <h2 id="personas" className="sr-only">
            {t('personas')}
          </h2>
          <p className="phrase mb-4 flex gap-3 rounded-xl bg-yamabuki-soft px-4 py-3 text-yamabuki">
            <Laptop aria-hidden className="mt-1 size-5 shrink-0" />
            {t('personasNotice')}
          </p>
          <ClientMessages of={['signIn']}>
            <PersonaPicker personas={people} next={next} />
          </ClientMessages>
        </section>
      )}
      {!provider && people.length === 0 && <p className="phrase text-ink-2">{t('none')}</p>}
      <p className="phrase mt-8 text-sm text-ink-3">
        {t('openness')} {opennessTexts[currentOpenness]?.[locale]}
      </p>
    </div>
  );
}
