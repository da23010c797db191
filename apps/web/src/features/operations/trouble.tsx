import type { OperationsReport } from '@tsudoi/hub';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { short } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';

export async function StuckJobs({ jobs }: Pick<OperationsReport, 'jobs'>) {
  const [t, locale] = await Promise.all([getTranslations('operations'), getLocale()]);
  const { stuck, queued, leased, awaitingStart } = jobs;
  return (
    <Section
      title={t('jobs')}
      aside={t('jobCounts', { queued: `${queued}`, leased: `${leased}`, awaiting: `${awaitingStart}` })}
    >
      {stuck.length === 0 ? (
        <p className="text-ink-2">{t('noJobs')}</p>
      ) : (
        <Table
          caption={t('jobs')}
          rows={stuck}
          rowKey={({ jobId }) => jobId}
          columns={[
            {
              head: t('job'),
              cell: ({ jobId, kind }) => (
                <Link className="link" href={`/jobs/${jobId}`}>
                  {kind} {short(jobId)}
                </Link>
              ),
            },
            { head: t('reason'), cell: ({ reason }) => t(`reasons.${reason}`) },
            {
              head: t('since'),
              cell: ({ minutes }) => t('minutes', { minutes: Math.round(minutes).toLocaleString(locale) }),
              numeric: true,
            },
          ]}
        />
      )}
    </Section>
  );
}

/** Dead letters: deliveries that were given up, or are about to be. */
export async function FailingWebhooks({ webhooks }: Pick<OperationsReport, 'webhooks'>) {
  const [t, locale] = await Promise.all([getTranslations('operations'), getLocale()]);
  return (
    <Section title={t('webhooks')}>
      {webhooks.length === 0 ? (
        <p className="text-ink-2">{t('noWebhooks')}</p>
      ) : (
        <Table
          caption={t('webhooks')}
          rows={webhooks}
          rowKey={({ webhookId }) => webhookId}
          columns={[
            { head: t('to'), cell: ({ url }) => <span className="break-all">{url}</span> },
            {
              head: t('state'),
              cell: ({ state }) => (
                <Badge tone={state === 'paused' ? 'bad' : 'wait'} dot>
                  {t(`webhookStates.${state === 'paused' ? 'paused' : 'live'}`)}
                </Badge>
              ),
            },
            { head: t('failures'), cell: ({ failures }) => failures, numeric: true },
            { head: t('status'), cell: ({ lastStatus }) => lastStatus ?? t('noAnswer'), numeric: true },
            { head: t('behind'), cell: ({ behind }) => behind.toLocaleString(locale), numeric: true },
          ]}
        />
      )}
    </Section>
  );
}
