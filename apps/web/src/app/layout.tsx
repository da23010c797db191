import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import Link from 'next/link';
import { getLocale, getTimeZone, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Header } from '../features/shell/header.tsx';
import { type Theme, TimeZone } from '../features/shell/preferences.tsx';
import { Toaster } from '../features/shell/toaster.tsx';
import { ClientMessages } from '../i18n/client-messages.tsx';
import './globals.css';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('meta');
  return { title: { default: t('title'), template: `%s · ${t('name')}` }, description: t('description') };
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f6f2' },
    { media: '(prefers-color-scheme: dark)', color: '#121417' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, timeZone, t, jar] = await Promise.all([
    getLocale(),
    getTimeZone(),
    getTranslations('shell'),
    cookies(),
  ]);
  const chosen = jar.get('theme')?.value;
  const theme: Theme = chosen === 'light' || chosen === 'dark' ? chosen : 'system';
  return (
    <html lang={locale} data-theme={theme}>
      <body className="flex min-h-dvh flex-col">
        <a
          href="#content"
          className="sr-only z-50 rounded-lg bg-ai px-4 py-2 text-on-ai focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          {t('skip')}
        </a>
        <Header theme={theme} />
        <ClientMessages of={['common', 'error']}>
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full max-w-6xl grow px-4 pt-8 pb-16 outline-none sm:px-6"
          >
            {children}
          </main>
        </ClientMessages>
        <footer className="border-t border-line">
          <div className="mx-auto flex max-w-6xl flex-wrap justify-between gap-x-6 gap-y-1 px-4 py-5 text-sm text-ink-3 sm:px-6">
            <p className="phrase">{t('footer')}</p>
            <nav aria-label={t('footerNav')} className="flex flex-wrap gap-x-5">
              {(['groups', 'streams', 'developers'] as const).map((page) => (
                <Link key={page} className="link" href={`/${page}`} prefetch={false}>
                  {t(page)}
                </Link>
              ))}
            </nav>
          </div>
        </footer>
        <Toaster />
        <TimeZone known={timeZone} />
      </body>
    </html>
  );
}
