import en from 'zod/v4/locales/en.js';
import ja from 'zod/v4/locales/ja.js';

/** What zod says about a wrong value, in the language of the page. The whole of `zod/locales` would be 50 languages. */
export const problemWords = { ja: ja().localeError, en: en().localeError };
