import type { JobState } from '@tsudoi/schema';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { JobRows } from '../../../../features/jobs/job-rows.tsx';
import { Watch } from '../../../../features/shell/watch.tsx';
import { api, orNotFound } from '../../../../server/api.ts';
import { FilterLinks } from '../../../../ui/filter-links.tsx';
import { addressOf, Pager } from '../../../../ui/list-tools.tsx';
import { Empty, PageHead } from '../../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('jobs'))('all') };
}

const states: JobState[] = [
  'awaiting-start',
  'queued',
  'leased',
  'awaiting-end',
  'done',
  'failed',
  'cancelled',
];

/** Every job there ever was, newest first, a page at a time: what the board is too small for. */
export default async function AllJobsPage(props: {
  searchParams: Promise<{ state?: string; after?: string }>;
}) {
  const { state, after } = await props.searchParams;
  const current = states.find((known) => known === state) ?? null;
  const hub = await api();
  const [t, words, board, { items, next }] = await Promise.all([
    getTranslations('jobs'),
    getTranslations('jobState'),
    hub.jobs.board({ newest: 1 }),
    orNotFound(hub.jobs.list({ after, state: current ?? undefined })),
  ]);
  const countOf = (one: JobState) => board.find((column) => column.state === one)?.count ?? 0;
  return (
    <>
      <Watch on={['job']} />
      <PageHead parent={{ href: '/jobs', label: t('title') }} title={t('all')} />
      <FilterLinks
        label={t('filter')}
        current={current}
        href={(value) => addressOf('/jobs/list', { state: value })}
        options={[
          { value: null, label: t('anyState'), count: states.reduce((sum, one) => sum + countOf(one), 0) },
          ...states
            .map((value) => ({ value, label: words(value), count: countOf(value) }))
            .filter(({ value, count }) => count > 0 || value === current),
        ]}
      />
      {items.length === 0 ? <Empty title={t('empty')} /> : <JobRows jobs={items} caption={t('all')} />}
      <Pager path="/jobs/list" keep={{ state: current }} after={after} next={next} />
    </>
  );
}
