import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { RunStateBadge } from '../../../features/runs/run-state.tsx';
import { Poll } from '../../../features/shell/poll.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { measure } from '../../../lib/labels.ts';
import { api } from '../../../server/api.ts';
import { Bar, Empty, PageHead } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('runs'))('title') };
}

export default async function RunsPage() {
  const erased = (await getTranslations('common'))('erasedPerson');
  const [t, locale, runs] = await Promise.all([
    getTranslations('runs'),
    getLocale(),
    api().then((hub) => hub.runs.list()),
  ]);
  return (
    <>
      <Watch on={['run']} />
      {runs.some((run) => run.state === 'running') && <Poll seconds={4} />}
      <PageHead title={t('title')} lead={t('lead')} />
      {runs.length === 0 ? (
        <Empty title={t('empty')}>{t('emptyLead')}</Empty>
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
    </>
  );
}
