import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { chooseLocale, localeCookie } from './locale.ts';

export default getRequestConfig(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale = chooseLocale(jar.get(localeCookie)?.value, head.get('accept-language'));
  const messages =
    locale === 'ja' ? await import('../../messages/ja.json') : await import('../../messages/en.json');
  return { locale, messages: messages.default, timeZone: knownTimeZone(jar.get('tz')?.value) };
});

function knownTimeZone(asked: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: asked ?? 'Asia/Tokyo' }).resolvedOptions().timeZone;
  } catch {
    return 'Asia/Tokyo'; // a cookie may hold anything
  }
}
