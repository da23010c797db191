/** The language a page is written in: the reader's choice, else what the browser asks for, else Japanese. */
export const locales = ['ja', 'en'] as const;
export type Locale = (typeof locales)[number];
export const localeCookie = 'locale';

export function chooseLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  if (cookie === 'ja' || cookie === 'en') return cookie;
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.trim().split(';');
      const quality = parameters.map((p) => /^\s*q=([\d.]+)$/.exec(p)?.[1]).find((q) => q !== undefined);
      return {
        language: tag.toLowerCase().split('-')[0],
        quality: quality === undefined ? 1 : Number(quality),
      };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.find(({ language }) => language === 'ja' || language === 'en')?.language === 'en'
    ? 'en'
    : 'ja';
}
