import { type JobSummary, translateJobNote } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { short } from '../../lib/labels.ts';
import { Bar } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { ApproveStart } from './approve-start.tsx';

/** One job on the board. */
export async function JobCard(props: { job: JobSummary; about: string; mayApprove: boolean }) {
  const { job, about, mayApprove } = props;
  const [t, kinds, locale] = await Promise.all([
    getTranslations('jobs'),
    getTranslations('jobKind'),
    getLocale(),
  ]);
  return (
    <li className="card p-4">
      <p className="flex items-baseline justify-between gap-2">
        <Link href={`/jobs/${job.jobId}`} className="link font-medium">
          {kinds(job.kind)}
        </Link>
        <span className="font-mono text-xs text-ink-3">{short(job.jobId)}</span>
      </p>
      {about && (
        <p className="truncate text-sm text-ink-2" title={about}>
          {about}
        </p>
      )}
      {job.state === 'leased' && (
        <div className="mt-3">
          <Bar share={job.progress} label={t('progress')} tone="bg-fuji" />
          <p className="mt-1.5 text-sm text-ink-2">
            {Math.round(job.progress * 100)}% {job.note && `· ${translateJobNote(job.note, locale)}`}
          </p>
        </div>
      )}
      <p className="mt-2 flex flex-wrap justify-between gap-x-3 text-sm text-ink-3">
        <span>{job.node && `${job.node} · ${t('epoch', { epoch: job.epoch })}`}</span>
        <Time at={job.finishedAt ?? job.startedAt ?? job.draftedAt} />
      </p>
      {job.state === 'awaiting-start' && mayApprove && (
        <div className="mt-3">
          <ApproveStart jobId={job.jobId} named={kinds(job.kind)} />
        </div>
      )}
    </li>
  );
}
