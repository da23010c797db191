import { type JobDetail, translateJobNote } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { ActivityFeed } from '../../../features/activity/feed.tsx';
import { ArtifactRows } from '../../../features/artifacts/artifact-rows.tsx';
import { SupervisorGates } from '../../../features/jobs/gates.tsx';
import { JobStateBadge } from '../../../features/jobs/job-rows.tsx';
import { LeaseTable } from '../../../features/jobs/lease-table.tsx';
import { Poll } from '../../../features/shell/poll.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { short } from '../../../lib/labels.ts';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { rejectionShape } from '../../../server/rejections.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Json } from '../../../ui/json.tsx';
import { Bar, Facts, PageHead, Section } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';

interface Props {
  params: Promise<{ id: string }>;
}

async function load(props: Props): Promise<JobDetail> {
  const { id } = await props.params;
  return orNotFound((await api()).jobs.detail({ jobId: id }));
}

export async function generateMetadata(props: Props) {
  const [job, t] = await Promise.all([load(props), getTranslations('jobKind')]);
  return { title: `${t(job.kind)} ${short(job.jobId)}` };
}

export default async function JobPage(props: Props) {
  const [job, viewer, t, jobs, kinds, locale] = await Promise.all([
    load(props),
    viewerOfPage(),
    getTranslations('job'),
    getTranslations('jobs'),
    getTranslations('jobKind'),
    getLocale(),
  ]);
  return (
    <ClientMessages of={['common', 'jobs', 'gates']}>
      <Watch on={[`job:${job.jobId}`]} />
      {job.state === 'leased' && <Poll seconds={3} />}
      <PageHead
        parent={{ href: '/jobs', label: jobs('title') }}
        title={kinds(job.kind)}
        meta={
          <>
            <JobStateBadge state={job.state} />
            <span className="font-mono">{short(job.jobId)}</span>
            {job.node && <span>{`${job.node} · ${jobs('epoch', { epoch: job.epoch })}`}</span>}
          </>
        }
        actions={
          job.traceId && (
            <Link href={`/traces/${job.traceId}`} className={buttonLook('quiet')}>
              {t('trace')}
            </Link>
          )
        }
      />
      <SupervisorGates job={job} viewer={viewer} />
      {job.state === 'leased' && (
        <div className="card mb-8 p-5">
          <Bar share={job.progress} label={jobs('progress')} tone="bg-fuji" />
          <p className="mt-2 text-ink-2">
            {Math.round(job.progress * 100)}% {job.note && `· ${translateJobNote(job.note, locale)}`}
          </p>
        </div>
      )}
      {job.failure && (
        <p className="phrase mb-8 rounded-xl bg-shu-soft px-5 py-4 text-shu">
          <span className="mr-2 font-semibold">{t('failure')}</span>
          {rejectionShape(job.failure, locale).text}
        </p>
      )}
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <LeaseTable job={job} />
          <Section title={t('inputs')}>
            {job.inputs.length > 0 ? (
              <ArtifactRows artifacts={job.inputs} caption={t('inputs')} />
            ) : (
              <p className="text-ink-2">{t('noInputs')}</p>
            )}
          </Section>
          <Section title={t('outputs')}>
            {job.outputs.length > 0 ? (
              <ArtifactRows artifacts={job.outputs} caption={t('outputs')} />
            ) : (
              <p className="text-ink-2">{t('noOutputs')}</p>
            )}
          </Section>
          <Json title={t('recipe')} value={job.recipe} />
        </div>
        <aside className="min-w-0 max-lg:mt-10">
          <Section title={t('facts')}>
            <Overview job={job} />
          </Section>
          <Section title={t('history')}>
            <ActivityFeed items={job.history} linked={false} />
          </Section>
        </aside>
      </div>
    </ClientMessages>
  );
}

async function Overview({ job }: { job: JobDetail }) {
  const t = await getTranslations('job');
  const moment = (term: string, at: string | null) => (at ? [{ term, value: <Time at={at} exact /> }] : []);
  return (
    <Facts
      items={[
        { term: t('needs'), value: t('needsValue', job.needs) },
        ...moment(t('drafted'), job.draftedAt),
        ...moment(t('started'), job.startedAt),
        ...moment(t('finished'), job.finishedAt),
        ...moment(t('expires'), job.state === 'leased' ? job.expiresAt : null),
        ...(job.runId
          ? [
              {
                term: t('run'),
                value: (
                  <Link className="link font-mono" href={`/runs/${job.runId}`}>
                    {short(job.runId)}
                  </Link>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}
