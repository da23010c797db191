'use client';
import { useTranslations } from 'next-intl';
import { type Refusal, refusalOf } from './trpc.ts';

/** A failed call as one line for people: the hub's own words, or the trace id of what nobody expected. */
export function useRefusal(): (error: unknown) => Refusal {
  const t = useTranslations('common');
  return (error) => {
    const found = refusalOf(error);
    if (found.text) return found;
    const { traceId } = found;
    return { ...found, text: traceId ? t('unexpectedTrace', { traceId }) : t('unexpected') };
  };
}
