import type { WebhookSummary } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { Poll } from '../../../../features/shell/poll.tsx';
import { Watch } from '../../../../features/shell/watch.tsx';
import { Deliveries } from '../../../../features/streams/deliveries.tsx';
import { pythonCheck, typescriptCheck } from '../../../../features/streams/signature-snippets.ts';
import { Topics } from '../../../../features/streams/stream-parts.tsx';
import { Replay, RotateSecret, WebhookActions } from '../../../../features/streams/webhook-actions.tsx';
import { WebhookState } from '../../../../features/streams/webhook-state.tsx';
import { ClientMessages } from '../../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../../server/api.ts';
import { buttonLook } from '../../../../ui/button.tsx';
import { CopyBlock } from '../../../../ui/copy-block.tsx';
import { addressOf } from '../../../../ui/list-tools.tsx';
import { Facts, PageHead, Section } from '../../../../ui/page.tsx';
import { Time } from '../../../../ui/time.tsx';

const shown = 20;

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ before?: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: 'Webhook' };
}

/** One's own webhook; a foreign one is as unknown as none. */
export default async function WebhookPage(props: Props) {
  const [{ id }, { before }, viewer] = await Promise.all([props.params, props.searchParams, viewerOfPage()]);
  if (!viewer) notFound();
  const hub = await api();
  const webhook = (await hub.streams.webhooks()).find(({ webhookId }) => webhookId === id);
  if (!webhook) notFound();
  const from = Number(before) > 0 ? Number(before) : undefined;
  const [t, streams, history, { position: head }] = await Promise.all([
    getTranslations('webhook'),
    getTranslations('streams'),
    orNotFound(hub.streams.deliveries({ webhookId: id, before: from, limit: shown + 1 })),
    hub.hub.status(),
  ]);
  const deliveries = history.deliveries.slice(0, shown);
  const oldest = history.deliveries.length > shown ? deliveries.at(-1)!.deliveryId : null;
  return (
    <ClientMessages of={['common', 'streams', 'webhook']}>
      <Watch on={[`webhook:${id}`]} />
      {webhook.state === 'live' && <Poll seconds={5} />}
      <PageHead
        parent={{ href: '/streams', label: streams('title') }}
        title={<span className="break-all">{webhook.url}</span>}
        meta={<WebhookState webhook={webhook} />}
        actions={<WebhookActions webhookId={id} state={webhook.state} />}
      />
      {webhook.state === 'paused' && (
        <p className="phrase mb-8 rounded-xl bg-yamabuki-soft px-5 py-4">
          {webhook.failures > 0 ? t('explainPaused') : t('explainOwner')}
        </p>
      )}
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Section title={t('history')} id="history" aside={t('historyLead')}>
            <Deliveries deliveries={deliveries} />
            <nav aria-label={t('history')} className="mt-4 flex gap-2 empty:hidden">
              {from && (
                <Link className={buttonLook('quiet', true)} href={`/streams/webhooks/${id}`}>
                  {t('newest')}
                </Link>
              )}
              {oldest && (
                <Link
                  className={buttonLook('quiet', true)}
                  href={addressOf(`/streams/webhooks/${id}`, { before: String(oldest) })}
                >
                  {t('older')}
                </Link>
              )}
            </nav>
          </Section>
          <Section title={t('check')}>
            <p className="phrase mb-3 max-w-2xl text-ink-2">{t('checkLead')}</p>
            <h3 className="mb-2 text-base">Python</h3>
            <CopyBlock label="Python" text={pythonCheck} />
            <h3 className="mt-5 mb-2 text-base">TypeScript</h3>
            <CopyBlock label="TypeScript" text={typescriptCheck} />
          </Section>
        </div>
        <aside className="min-w-0">
          <WebhookFacts webhook={webhook} history={history} head={head} />
          <RotateSecret webhookId={id} />
          <div className="mt-8">
            <Section title={t('replay')}>
              <Replay webhookId={id} position={history.position ?? 0} />
            </Section>
          </div>
        </aside>
      </div>
    </ClientMessages>
  );
}

async function WebhookFacts(props: {
  webhook: WebhookSummary;
  history: { position: number | null; failures: number; dueAt: string | null };
  head: number;
}) {
  const { webhook, history, head } = props;
  const [t, streams, locale] = await Promise.all([
    getTranslations('webhook'),
    getTranslations('streams'),
    getLocale(),
  ]);
  const place = (position: number) =>
    t('positionValue', { position: position.toLocaleString(locale), head: head.toLocaleString(locale) });
  return (
    <Facts
      items={[
        { term: t('topics'), value: <Topics topics={webhook.topics} /> },
        { term: t('registered'), value: <Time at={webhook.registeredAt} /> },
        {
          term: t('position'),
          value: history.position === null ? streams('nothingYet') : place(history.position),
        },
        ...(history.failures > 0
          ? [{ term: t('state'), value: streams('failures', { count: history.failures }) }]
          : []),
        ...(history.dueAt && webhook.state === 'live'
          ? [{ term: t('dueAt'), value: <Time at={history.dueAt} /> }]
          : []),
      ]}
    />
  );
}
