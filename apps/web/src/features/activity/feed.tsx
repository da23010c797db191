import type { ActivityItem, JobKind } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
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
async function jobKinds(items: ActivityItem[]): Promise<Map<string, JobKind>> {
  const ids = items.filter(({ streamType }) => streamType === 'job').map(({ streamId }) => streamId);
  if (ids.length === 0) return new Map();
  const kinds = await (await api()).jobs.kinds({ jobIds: [...new Set(ids)].slice(0, 200) });
  return new Map(kinds.map(({ jobId, kind }) => [jobId, kind]));
}

export function pageOf(item: { streamType: string; streamId: string }): string | null {
  const folder = { source: 'sources', job: 'jobs', run: 'runs', artifact: 'artifacts' }[item.streamType];
  return folder ? `/${folder}/${item.streamId}` : null;
}

/** What happened, newest first, as sentences. */
export async function ActivityFeed({ items, linked = true }: { items: ActivityItem[]; linked?: boolean }) {
  const [t, locale, kinds] = await Promise.all([getTranslations(), getLocale(), jobKinds(items)]);
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
