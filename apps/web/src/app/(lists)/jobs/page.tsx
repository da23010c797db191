import type { JobState, JobSummary } from '@tsudoi/schema';
import { rolesPermit } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { JobCard } from '../../../features/jobs/job-card.tsx';
import { Poll } from '../../../features/shell/poll.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('jobs'))('title') };
}

const columns: JobState[] = [
  'awaiting-start',
  'queued',
  'leased',
  'awaiting-end',
  'done',
  'failed',
  'cancelled',
];
const shownPerColumn = 12;

export default async function JobsPage() {
  const hub = await api();
  const [t, words, locale, board, viewer] = await Promise.all([
    getTranslations('jobs'),
    getTranslations('jobState'),
    getLocale(),
    hub.jobs.board({ newest: shownPerColumn }),
    viewerOfPage(),
  ]);
  const sourceIds = new Set(board.flatMap(({ jobs }) => jobs.flatMap((job) => job.sourceIds.slice(0, 1))));
  const runIds = new Set(board.flatMap(({ jobs }) => jobs.flatMap(({ runId }) => runId ?? [])));
  const [sources, { items: runs }] = await Promise.all([
    hub.sources.titles({ sourceIds: [...sourceIds].slice(0, 200) }),
    hub.runs.list({ runIds: [...runIds].slice(0, 200), limit: 200 }),
  ]);
  const titles = new Map([
    ...sources.map((source) => [source.sourceId, locale === 'ja' ? source.titleJa : source.titleEn] as const),
    ...runs.map((run) => [run.runId, run.title] as const),
  ]);
  const aboutOf = (job: JobSummary) => titles.get(job.runId ?? job.sourceIds[0] ?? '') ?? '';
  const roles = viewer?.roles ?? [];
  const shown = columns
    .map((state) => board.find((column) => column.state === state) ?? { state, count: 0, jobs: [] })
    .filter(({ state, count }) => count > 0 || state === 'leased' || state === 'queued');
  return (
    <ClientMessages of={['common', 'jobs']}>
      <Watch on={['job']} />
      {board.some(({ state }) => state === 'leased') && <Poll seconds={4} />}
      <PageHead
        title={t('title')}
        lead={t('lead')}
        actions={
          board.length > 0 && (
            <Link href="/jobs/list" className={buttonLook('quiet')}>
              {t('all')}
            </Link>
          )
        }
      />
      {board.length === 0 ? (
        <Empty title={t('emptyAll')}>{t('emptyLead')}</Empty>
      ) : (
        <div className="grid gap-x-5 gap-y-8 sm:grid-cols-2 lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none">
          {shown.map(({ state, count, jobs: inState }) => (
            <section key={state} aria-labelledby={`state-${state}`} className="min-w-0">
              <h2 id={`state-${state}`} className="mb-3 flex items-baseline gap-2 text-base">
                {words(state)}
                <span className="text-sm font-normal text-ink-3 tabular-nums">{count}</span>
              </h2>
              {inState.length === 0 ? (
                <p className="rounded-xl border border-dashed border-line px-4 py-6 text-center text-sm text-ink-3">
                  {t('empty')}
                </p>
              ) : (
                <ul className="space-y-3">
                  {inState.map((job) => (
                    <JobCard
                      key={job.jobId}
                      job={job}
                      about={aboutOf(job)}
                      mayApprove={rolesPermit(roles, 'job.approve', job.groupId)}
                    />
                  ))}
                </ul>
              )}
              {count > inState.length && (
                <p className="mt-3 text-sm">
                  <Link className="link" href={`/jobs/list?state=${state}`}>
                    {t('older', { count: count - inState.length })}
                  </Link>
                </p>
              )}
            </section>
          ))}
        </div>
      )}
    </ClientMessages>
  );
}
