import type { ActivityItem, JobKind } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { cache } from 'react';
import { api } from '../../server/api.ts';
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

/** A job's events carry what the job is about; what kind it is stands with the job. */
const jobKinds = cache(async () => {
  const jobs = await (await api()).jobs.list();
  return new Map(jobs.map((job) => [job.jobId, job.kind]));
});

export function pageOf(item: { streamType: string; streamId: string }): string | null {
  const folder = { source: 'sources', job: 'jobs', run: 'runs', artifact: 'artifacts' }[item.streamType];
  return folder ? `/${folder}/${item.streamId}` : null;
}

/** What happened, newest first, as sentences. */
export async function ActivityFeed({ items, linked = true }: { items: ActivityItem[]; linked?: boolean }) {
  const [t, locale, kinds] = await Promise.all([
    getTranslations(),
    getLocale(),
    items.some((item) => item.streamType === 'job') ? jobKinds() : new Map<string, JobKind>(),
  ]);
  return (
    <ol className="@container relative">
      {items.map((item) => {
        const href = linked ? pageOf(item) : null;
        const sentence = sentenceOf(item, kinds.get(item.streamId) ?? null, t, locale);
        return (
          <li
            key={item.position}
            className="relative flex gap-3 py-1.5 leading-6 before:absolute before:top-6 before:bottom-[-0.6rem] before:left-[3px] before:w-px before:bg-line last:before:hidden"
          >
            <span
              aria-hidden
              className={`mt-2.5 size-[7px] shrink-0 rounded-full ${tones[item.type] ?? 'bg-line-2'}`}
            />
            <div className="flex min-w-0 grow flex-col @lg:flex-row @lg:justify-between @lg:gap-4">
              <p className="min-w-0 text-[0.93rem] break-words">
                {href ? (
                  <Link href={href} className="hover:underline">
                    {sentence}
                  </Link>
                ) : (
                  sentence
                )}
              </p>
              <p className="shrink-0 text-sm text-ink-3">
                <Time at={item.at} />
                {item.traceId && (
                  <Link href={`/traces/${item.traceId}`} className="ml-2 hover:underline">
                    {t('common.trace')}
                  </Link>
                )}
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
