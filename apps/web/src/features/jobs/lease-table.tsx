import type { JobDetail } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { bytes } from '../../lib/labels.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

const outcomeTone: Record<JobDetail['leases'][number]['outcome'], Tone> = {
  running: 'run',
  completed: 'good',
  failed: 'bad',
  expired: 'wait',
};

/** Who held the job from when to when: a bar for each lease on one time line, then the same as rows. */
export async function LeaseTable({ job }: { job: JobDetail }) {
  const [t, outcomes, locale] = await Promise.all([
    getTranslations('job'),
    getTranslations('outcome'),
    getLocale(),
  ]);
  return (
    <>
      <Section title={t('leases')}>
        {job.leases.length === 0 ? (
          <p className="text-ink-2">{t('noLeases')}</p>
        ) : (
          <>
            <LeaseLine leases={job.leases} />
            <Table
              caption={t('leases')}
              rows={job.leases}
              rowKey={(lease) => String(lease.epoch)}
              columns={[
                { head: t('epoch'), numeric: true, cell: (lease) => lease.epoch },
                { head: t('node'), cell: (lease) => lease.node },
                { head: t('from'), cell: (lease) => <Time at={lease.leasedAt} exact /> },
                {
                  head: t('to'),
                  wide: true,
                  cell: (lease) => lease.endedAt && <Time at={lease.endedAt} exact />,
                },
                {
                  head: t('outcome'),
                  cell: (lease) => <Badge tone={outcomeTone[lease.outcome]}>{outcomes(lease.outcome)}</Badge>,
                },
              ]}
            />
          </>
        )}
      </Section>
      {job.checkpoints.length > 0 && (
        <Section title={t('checkpoints')}>
          <Table
            caption={t('checkpoints')}
            rows={job.checkpoints.toReversed().slice(0, 20)}
            rowKey={(checkpoint) => `${checkpoint.epoch} ${checkpoint.step}`}
            columns={[
              {
                head: t('step'),
                numeric: true,
                cell: (checkpoint) => checkpoint.step.toLocaleString(locale),
              },
              { head: t('epoch'), numeric: true, cell: (checkpoint) => checkpoint.epoch },
              { head: t('size'), numeric: true, cell: (checkpoint) => bytes(checkpoint.size, locale) },
              { head: t('at'), cell: (checkpoint) => <Time at={checkpoint.at} exact /> },
            ]}
          />
        </Section>
      )}
    </>
  );
}

const barColour: Record<Tone, string> = {
  plain: 'bg-line-2',
  ai: 'bg-ai',
  good: 'bg-wakatake',
  wait: 'bg-yamabuki',
  bad: 'bg-shu',
  run: 'bg-fuji',
};

/** Drawn for the eye; the rows below say the same. */
function LeaseLine({ leases }: { leases: JobDetail['leases'] }) {
  const now = Date.now();
  const ends = leases.map((lease) => (lease.endedAt ? Date.parse(lease.endedAt) : now));
  const from = Math.min(...leases.map((lease) => Date.parse(lease.leasedAt)));
  const span = Math.max(1, Math.max(...ends) - from);
  return (
    <div aria-hidden className="relative mb-3 h-3 overflow-hidden rounded-full bg-sunken">
      {leases.map((lease, index) => {
        const left = ((Date.parse(lease.leasedAt) - from) / span) * 100;
        const width = Math.max(0.6, ((ends[index]! - Date.parse(lease.leasedAt)) / span) * 100);
        return (
          <span
            key={lease.epoch}
            className={`absolute inset-y-0 border-x border-surface ${barColour[outcomeTone[lease.outcome]]}`}
            style={{ left: `${left}%`, width: `${width}%` }}
          />
        );
      })}
    </div>
  );
}
