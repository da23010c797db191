import type { RunState } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { RunStateBadge } from '../../../features/runs/run-state.tsx';
import { Poll } from '../../../features/shell/poll.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { measure } from '../../../lib/labels.ts';
import { api, orNotFound } from '../../../server/api.ts';
import { FilterLinks } from '../../../ui/filter-links.tsx';
import { addressOf, Pager, SearchForm } from '../../../ui/list-tools.tsx';
import { Bar, Empty, PageHead } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('runs'))('title') };
}

const states: RunState[] = ['registered', 'running', 'completed', 'failed', 'abandoned'];

type Search = Promise<{ state?: string; q?: string; after?: string }>;

export default async function RunsPage(props: { searchParams: Search }) {
  const erased = (await getTranslations('common'))('erasedPerson');
  const { state, q = '', after } = await props.searchParams;
  const current = states.find((known) => known === state) ?? null;
  const [t, list, words, locale, { items: runs, next, counts }] = await Promise.all([
    getTranslations('runs'),
    getTranslations('list'),
    getTranslations('runState'),
    getLocale(),
    api().then((hub) =>
      orNotFound(hub.runs.list({ after, text: q || undefined, state: current ?? undefined })),
    ),
  ]);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <Watch on={['run']} />
      {runs.some((run) => run.state === 'running') && <Poll seconds={4} />}
      <PageHead title={t('title')} lead={t('lead')} />
      <SearchForm path="/runs" label={t('searchLabel')} text={q} keep={{ state: current }} />
      <FilterLinks
        label={t('filter')}
        current={current}
        href={(value) => addressOf('/runs', { state: value, q })}
        options={[
          { value: null, label: t('all'), count: total },
          ...states
            .map((value) => ({ value, label: words(value), count: counts[value] ?? 0 }))
            .filter(({ count, value }) => count > 0 || value === current),
        ]}
      />
      {runs.length === 0 ? (
        <Empty title={q ? list('notFound', { text: q }) : t('empty')}>
          {q ? list('notFoundLead') : t('emptyLead')}
        </Empty>
      ) : (
        <Table
          caption={t('title')}
          rows={runs}
          rowKey={(run) => run.runId}
          columns={[
            {
              head: t('name'),
              cell: (run) => (
                <Link className="link font-medium" href={`/runs/${run.runId}`}>
                  {run.title}
                </Link>
              ),
            },
            { head: t('state'), cell: (run) => <RunStateBadge state={run.state} /> },
            {
              head: t('progress'),
              cell: (run) => (
                <div className="w-36">
                  <p className="text-sm tabular-nums">
                    {run.step.toLocaleString(locale)} / {run.steps.toLocaleString(locale)}
                  </p>
                  <Bar share={run.step / Math.max(1, run.steps)} label={`${run.title}: ${t('progress')}`} />
                </div>
              ),
            },
            {
              head: t('loss'),
              numeric: true,
              cell: (run) => (run.latest.loss === undefined ? '–' : measure(run.latest.loss, locale)),
            },
            {
              head: t('registered'),
              wide: true,
              cell: (run) => (
                <span className="text-sm whitespace-nowrap text-ink-2">
                  {run.registeredBy.displayName || erased}
                  <span className="block text-ink-3">
                    <Time at={run.registeredAt} />
                  </span>
                </span>
              ),
            },
          ]}
        />
      )}
      <Pager path="/runs" keep={{ state: current, q }} after={after} next={next} />
    </>
  );
}
