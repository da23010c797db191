import type messages from '../../messages/ja.json';
import type { locales } from './locale.ts';

declare module 'next-intl' {
  interface AppConfig {
    Locale: (typeof locales)[number];
    Messages: typeof messages;
  }
}
