import { type RunDetail, rolesPermit } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { ActivityFeed } from '../../../features/activity/feed.tsx';
import { AfterTheEnd } from '../../../features/runs/after-the-end.tsx';
import { Curves } from '../../../features/runs/curves.tsx';
import { EvaluationBars } from '../../../features/runs/evaluation-bars.tsx';
import { Pipeline } from '../../../features/runs/pipeline.tsx';
import { AbandonRun } from '../../../features/runs/run-actions.tsx';
import { RunCardView } from '../../../features/runs/run-card.tsx';
import { RunStateBadge } from '../../../features/runs/run-state.tsx';
import { Poll } from '../../../features/shell/poll.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { SourceStateBadge } from '../../../features/sources/source-bits.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { rejectionShape } from '../../../server/rejections.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { PageHead, Section } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';

interface Props {
  params: Promise<{ id: string }>;
}

async function load(props: Props): Promise<RunDetail> {
  const { id } = await props.params;
  return orNotFound((await api()).runs.detail({ runId: id }));
}

export async function generateMetadata(props: Props) {
  return { title: (await load(props)).title };
}

export default async function RunPage(props: Props) {
  const erased = (await getTranslations('common'))('erasedPerson');
  const [run, viewer, t, forms, runs, locale] = await Promise.all([
    load(props),
    viewerOfPage(),
    getTranslations('run'),
    getTranslations('runForms'),
    getTranslations('runs'),
    getLocale(),
  ]);
  const metrics = await (await api()).runs.metrics({ runId: run.runId });
  const open = run.state === 'registered' || run.state === 'running';
  const mayRegister = rolesPermit(viewer?.roles ?? [], 'run.register', run.groupId);
  return (
    <ClientMessages of={['common', 'run', 'jobs', 'runForms']}>
      <Watch
        on={[`run:${run.runId}`, ...run.jobs.map((job) => `job:${job.jobId}`), ...(open ? ['job'] : [])]}
      />
      {run.jobs.some((job) => job.state === 'leased') && <Poll seconds={4} />}
      <PageHead
        parent={{ href: '/runs', label: runs('title') }}
        title={run.title}
        meta={
          <>
            <RunStateBadge state={run.state} />
            <span>{t('registeredBy', { name: run.registeredBy.displayName || erased })}</span>
            <span className="text-ink-3">
              <Time at={run.registeredAt} />
            </span>
            <span className="tabular-nums">{t('stepOf', { step: run.step, steps: run.steps })}</span>
          </>
        }
        lead={run.card.purpose}
        actions={
          <>
            {mayRegister && (
              <Link href={`/runs/new?from=${run.runId}`} className={buttonLook('quiet', true)}>
                {forms('fromThis')}
              </Link>
            )}
            {mayRegister && open && <AbandonRun runId={run.runId} />}
            {run.modelArtifactId && (
              <Link href={`/artifacts/${run.modelArtifactId}`} className={buttonLook('primary')}>
                {t('openModel')}
              </Link>
            )}
          </>
        }
      />
      {run.failure && (
        <p className="phrase mb-8 rounded-xl bg-shu-soft px-5 py-4 text-shu">
          <span className="mr-2 font-semibold">{t('failure')}</span>
          {rejectionShape(run.failure, locale).text}
        </p>
      )}
      <AfterTheEnd run={run} viewer={viewer} />
      <Section title={t('pipeline')}>
        {run.jobs.length > 0 ? (
          <Pipeline jobs={run.jobs} roles={viewer?.roles ?? []} />
        ) : (
          <p className="phrase text-ink-2">{t('noJobs')}</p>
        )}
      </Section>
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Section title={t('curves')}>
            <Curves runId={run.runId} initial={metrics} live={open} />
          </Section>
          <Section title={t('evaluation')}>
            <div className="card p-5">
              {run.evaluation ? (
                <>
                  <p className="phrase mb-4 text-sm text-ink-2">{t('evaluationLead')}</p>
                  <EvaluationBars stats={run.evaluation} />
                </>
              ) : (
                <p className="phrase text-ink-2">{t('noEvaluation')}</p>
              )}
            </div>
          </Section>
          <Section title={t('history')}>
            <ActivityFeed items={run.history} linked={false} />
          </Section>
        </div>
        <aside className="min-w-0">
          <Section title={t('sources')}>
            <ul className="space-y-2">
              {run.sources.map((source) => (
                <li
                  key={source.sourceId}
                  className="card flex flex-wrap items-center justify-between gap-2 px-4 py-2.5"
                >
                  <Link className="link" href={`/sources/${source.sourceId}`}>
                    {locale === 'ja' ? source.titleJa : source.titleEn}
                  </Link>
                  <SourceStateBadge state={source.state} />
                </li>
              ))}
            </ul>
          </Section>
          <Section title={t('card')}>
            <p className="phrase mb-3 text-sm text-ink-2">{t('cardLead')}</p>
            <RunCardView card={run.card} />
          </Section>
        </aside>
      </div>
    </ClientMessages>
  );
}
