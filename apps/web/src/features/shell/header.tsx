import { UserRound } from 'lucide-react';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { viewerOfPage } from '../../server/api.ts';
import { buttonLook } from '../../ui/button.tsx';
import { Mark } from '../../ui/wordmark.tsx';
import { Nav } from './nav.tsx';
import { LocaleSwitch, type Theme, ThemeSwitch } from './preferences.tsx';

export async function Header({ theme }: { theme: Theme }) {
  const [t, locale, viewer] = await Promise.all([getTranslations('shell'), getLocale(), viewerOfPage()]);
  return (
    <header className="sticky top-0 z-40 border-b border-line bg-paper/90 backdrop-blur">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2 sm:px-6">
        <Link href="/" className="flex items-center gap-2 py-1">
          <Mark className="size-7 text-ai" />
          <span className="text-xl font-semibold tracking-wide" lang="ja">
            集い
          </span>
          <span className="hidden text-sm tracking-wide text-ink-3 md:inline">Tsudoi</span>
        </Link>
        <Nav
          label={t('nav')}
          items={[
            { href: '/sources', label: t('sources') },
            { href: '/annotations', label: t('annotations') },
            { href: '/jobs', label: t('jobs') },
            { href: '/runs', label: t('runs') },
            { href: '/artifacts', label: t('artifacts') },
            { href: '/releases', label: t('releases') },
            { href: '/lab/train', label: t('lab') },
            ...(viewer?.permissions.includes('hub.operate')
              ? [{ href: '/operations', label: t('operations') }]
              : []),
          ]}
        />
        <div className="ml-auto flex items-center gap-1">
          <LocaleSwitch locale={locale} />
          <ThemeSwitch
            initial={theme}
            labels={{ system: t('themeSystem'), light: t('themeLight'), dark: t('themeDark') }}
          />
          {viewer ? (
            <Link
              href="/people/me"
              className="ml-1 inline-flex min-h-9 max-w-40 items-center gap-1.5 rounded-lg px-2 text-sm hover:bg-sunken"
            >
              <UserRound aria-hidden className="size-4 shrink-0 text-ai" />
              <span className="truncate max-sm:sr-only">{viewer.displayName}</span>
            </Link>
          ) : (
            <Link href="/sign-in" className={`${buttonLook('quiet', true)} ml-1`}>
              {t('signIn')}
            </Link>
          )}
        </div>
      </div>
    </header>
  );
}
