import type { ActivityItem } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { Time } from '../../ui/time.tsx';
import { sentenceOf } from './sentence.ts';

const tones: Record<string, string> = {
  SourceAccepted: 'bg-wakatake',
  SourceIngested: 'bg-wakatake',
  JobCompleted: 'bg-wakatake',
  RunCompleted: 'bg-wakatake',
  ArtifactRegistered: 'bg-ai',
  SourceProposed: 'bg-ai',
  RunRegistered: 'bg-ai',
  SourceRejected: 'bg-shu',
  JobFailed: 'bg-shu',
  RunFailed: 'bg-shu',
  LeaseExpired: 'bg-yamabuki',
  SourceChangesWanted: 'bg-yamabuki',
};

export function pageOf(item: { streamType: string; streamId: string }): string | null {
  const folder = { source: 'sources', job: 'jobs', run: 'runs', artifact: 'artifacts' }[item.streamType];
  return folder ? `/${folder}/${item.streamId}` : null;
}

/** What happened, newest first, as sentences. */
export async function ActivityFeed({ items, linked = true }: { items: ActivityItem[]; linked?: boolean }) {
  const [t, locale] = await Promise.all([getTranslations(), getLocale()]);
  return (
    <ol className="relative">
      {items.map((item) => {
        const href = linked ? pageOf(item) : null;
        const sentence = sentenceOf(item, t, locale);
        return (
          <li
            key={item.position}
            className="relative flex gap-3 py-1.5 leading-6 before:absolute before:top-6 before:bottom-[-0.6rem] before:left-[3px] before:w-px before:bg-line last:before:hidden"
          >
            <span
              aria-hidden
              className={`mt-2.5 size-[7px] shrink-0 rounded-full ${tones[item.type] ?? 'bg-line-2'}`}
            />
            <p className="min-w-0 grow text-[0.93rem]">
              {href ? (
                <Link href={href} className="hover:underline">
                  {sentence}
                </Link>
              ) : (
                sentence
              )}
            </p>
            <span className="shrink-0 text-sm text-ink-3">
              {item.traceId && (
                <Link href={`/traces/${item.traceId}`} className="mr-2 hover:underline">
                  {t('common.trace')}
                </Link>
              )}
              <Time at={item.at} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
