import type { JobState, JobSummary } from '@tsudoi/schema';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { jobTone } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';
import { Bar } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

export async function JobStateBadge({ state }: { state: JobState }) {
  const t = await getTranslations('jobState');
  return (
    <Badge tone={jobTone[state]} dot>
      {t(state)}
    </Badge>
  );
}

/** Jobs as rows, with the progress of those that run. */
export async function JobRows({ jobs, caption }: { jobs: JobSummary[]; caption: string }) {
  const [t, job, kinds] = await Promise.all([
    getTranslations('jobs'),
    getTranslations('job'),
    getTranslations('jobKind'),
  ]);
  return (
    <Table
      caption={caption}
      rows={jobs}
      rowKey={(row) => row.jobId}
      columns={[
        {
          head: t('title'),
          cell: (row) => (
            <Link className="link font-medium" href={`/jobs/${row.jobId}`}>
              {kinds(row.kind)}
            </Link>
          ),
        },
        {
          head: job('outcome'),
          cell: (row) => (
            <>
              <JobStateBadge state={row.state} />
              {row.state === 'leased' && (
                <div className="mt-2 w-32">
                  <Bar share={row.progress} label={t('progress')} tone="bg-fuji" />
                </div>
              )}
            </>
          ),
        },
        {
          head: job('node'),
          wide: true,
          cell: (row) => (row.node ? `${row.node} · ${t('epoch', { epoch: row.epoch })}` : '–'),
        },
        {
          head: job('drafted'),
          wide: true,
          cell: (row) => (
            <span className="text-sm whitespace-nowrap text-ink-3">
              <Time at={row.finishedAt ?? row.startedAt ?? row.draftedAt} />
            </span>
          ),
        },
      ]}
    />
  );
}
