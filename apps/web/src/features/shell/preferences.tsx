'use client';
import { Languages, Monitor, Moon, Sun } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';

const year = 365 * 24 * 3600;

function remember(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${year}; samesite=lax`;
}

/** Switches between the two languages; the label is written in the language it leads to. */
export function LocaleSwitch({ locale }: { locale: string }) {
  const router = useRouter();
  const other = locale === 'ja' ? 'en' : 'ja';
  return (
    <button
      type="button"
      lang={other}
      className="inline-flex min-h-9 items-center gap-1.5 rounded-lg px-2 text-sm text-ink-2 hover:bg-sunken hover:text-ink"
      onClick={() => {
        remember('locale', other);
        router.refresh();
      }}
    >
      <Languages aria-hidden className="size-4" />
      {other === 'ja' ? '日本語' : 'English'}
    </button>
  );
}

const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
const icons = { system: Monitor, light: Sun, dark: Moon };

/** Steps through: as the device, light, dark. */
export function ThemeSwitch({ initial, labels }: { initial: Theme; labels: Record<Theme, string> }) {
  const [theme, setTheme] = useState(initial);
  const Icon = icons[theme];
  return (
    <button
      type="button"
      aria-label={labels[theme]}
      title={labels[theme]}
      className="inline-flex size-9 items-center justify-center rounded-lg text-ink-2 hover:bg-sunken hover:text-ink"
      onClick={() => {
        const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
        setTheme(next);
        remember('theme', next);
        document.documentElement.dataset.theme = next;
      }}
    >
      <Icon aria-hidden className="size-4.5" />
    </button>
  );
}

/** Tells the server which time zone the reader lives in, once. */
export function TimeZone({ known }: { known: string }) {
  const router = useRouter();
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || zone === known) return;
    remember('tz', zone);
    router.refresh();
  }, [known, router]);
  return null;
}
