import { type HeldRole, JobKind, type JobSummary, rolesPermit, translateJobNote } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { cx } from '../../ui/cx.ts';
import { Bar } from '../../ui/page.tsx';
import { ApproveStart } from '../jobs/approve-start.tsx';
import { JobStateBadge } from '../jobs/job-rows.tsx';

const order = JobKind.options;

/** The jobs of a run in the order of the work. */
export async function Pipeline({ jobs, roles }: { jobs: JobSummary[]; roles: HeldRole[] }) {
  const [t, kinds, locale] = await Promise.all([
    getTranslations('jobs'),
    getTranslations('jobKind'),
    getLocale(),
  ]);
  const sorted = jobs.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return (
    <ol className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
      {sorted.map((job, index) => (
        <li key={job.jobId} className={cx('card relative p-4', job.state === 'leased' && 'border-fuji/50')}>
          <p className="mb-2 flex items-baseline gap-2">
            <span className="text-sm text-ink-3 tabular-nums">{index + 1}</span>
            <Link href={`/jobs/${job.jobId}`} className="link font-medium">
              {kinds(job.kind)}
            </Link>
          </p>
          <JobStateBadge state={job.state} />
          {job.state === 'leased' && (
            <div className="mt-3">
              <Bar share={job.progress} label={`${kinds(job.kind)}: ${t('progress')}`} tone="bg-fuji" />
              <p className="mt-1 text-sm text-ink-2">{job.note && translateJobNote(job.note, locale)}</p>
            </div>
          )}
          {job.state === 'awaiting-start' && rolesPermit(roles, 'job.approve', job.groupId) && (
            <div className="mt-3">
              <ApproveStart jobId={job.jobId} named={kinds(job.kind)} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
