import type { SubscriptionSummary, Viewer, WebhookSummary } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Watch } from '../../features/shell/watch.tsx';
import type { GroupChoice } from '../../features/streams/group-field.tsx';
import { OpenSubscription } from '../../features/streams/open-subscription.tsx';
import { RegisterWebhook } from '../../features/streams/register-webhook.tsx';
import { Topics } from '../../features/streams/stream-parts.tsx';
import { WebhookState } from '../../features/streams/webhook-state.tsx';
import { ClientMessages } from '../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../server/api.ts';
import { serverEnv } from '../../server/env.ts';
import { buttonLook } from '../../ui/button.tsx';
import { CopyBlock } from '../../ui/copy-block.tsx';
import { Empty, PageHead, Section } from '../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('streams'))('title') };
}

export default async function StreamsPage() {
  const [t, viewer] = await Promise.all([getTranslations('streams'), viewerOfPage()]);
  const origin = serverEnv().HUB_URL.replace(/\/$/, '');
  return (
    <ClientMessages of={['common', 'streams', 'streamType']}>
      <PageHead
        title={t('title')}
        lead={t('lead')}
        actions={
          <Link href="/developers" className={buttonLook('quiet')}>
            {t('developers')}
          </Link>
        }
      />
      <Section title={t('sse')}>
        <p className="phrase mb-3 max-w-2xl text-ink-2">{t('sseLead')}</p>
        <CopyBlock
          label={t('sse')}
          text={`curl -N '${origin}/api/stream?after=0&topics=source,job.JobCompleted'`}
        />
      </Section>
      {viewer ? <Own viewer={viewer} /> : <SignInFirst />}
    </ClientMessages>
  );
}

async function SignInFirst() {
  const [t, shell] = await Promise.all([getTranslations('streams'), getTranslations('shell')]);
  return (
    <Empty
      title={t('signIn')}
      action={
        <Link href="/sign-in?next=/streams" className={buttonLook('primary')}>
          {shell('signIn')}
        </Link>
      }
    >
      {t('signInLead')}
    </Empty>
  );
}

async function Own({ viewer }: { viewer: Viewer }) {
  const hub = await api();
  const [t, locale, webhooks, subscriptions] = await Promise.all([
    getTranslations('streams'),
    getLocale(),
    hub.streams.webhooks(),
    hub.streams.subscriptions(),
  ]);
  const groups: GroupChoice[] = viewer.groups.map(({ groupId, nameJa, nameEn }) => ({
    groupId,
    name: locale === 'ja' ? nameJa : nameEn,
  }));
  const nameOf = (groupId: string | null) =>
    groups.find((group) => group.groupId === groupId)?.name ?? t('everyGroup');
  return (
    <>
      <Watch on={['webhook', 'subscription']} />
      <Section id="webhooks" title={t('webhooks')}>
        <p className="phrase mb-4 max-w-2xl text-ink-2">{t('webhooksLead')}</p>
        {webhooks.length === 0 ? (
          <p className="mb-4 text-ink-2">{t('noWebhooks')}</p>
        ) : (
          <ul className="mb-4 space-y-2">
            {webhooks.map((webhook) => (
              <WebhookRow key={webhook.webhookId} webhook={webhook} group={nameOf(webhook.groupId)} />
            ))}
          </ul>
        )}
        <RegisterWebhook groups={groups} />
      </Section>
      <Section id="subscriptions" title={t('subscriptions')}>
        <p className="phrase mb-4 max-w-2xl text-ink-2">{t('subscriptionsLead')}</p>
        {subscriptions.length === 0 ? (
          <p className="mb-4 text-ink-2">{t('noSubscriptions')}</p>
        ) : (
          <ul className="mb-4 space-y-2">
            {subscriptions.map((one) => (
              <SubscriptionRow key={one.subscriptionId} subscription={one} group={nameOf(one.groupId)} />
            ))}
          </ul>
        )}
        <OpenSubscription groups={groups} />
      </Section>
    </>
  );
}

function Row(props: { href: string; title: string; about: ReactNode; state: ReactNode }) {
  return (
    <li className="card flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0">
        <Link href={props.href} className="link font-medium break-all">
          {props.title}
        </Link>
        <p className="text-sm text-ink-3">{props.about}</p>
      </div>
      <div className="text-sm text-ink-2">{props.state}</div>
    </li>
  );
}

async function WebhookRow({ webhook, group }: { webhook: WebhookSummary; group: string }) {
  const t = await getTranslations('streams');
  const { webhookId, url, topics, position } = webhook;
  return (
    <Row
      href={`/streams/webhooks/${webhookId}`}
      title={url}
      about={
        <>
          {group} · <Topics topics={topics} /> ·{' '}
          {position === null ? t('nothingYet') : t('upTo', { position })}
        </>
      }
      state={<WebhookState webhook={webhook} />}
    />
  );
}

async function SubscriptionRow(props: { subscription: SubscriptionSummary; group: string }) {
  const t = await getTranslations('streams');
  const { subscriptionId, label, topics, position, credentialAt } = props.subscription;
  return (
    <Row
      href={`/streams/subscriptions/${subscriptionId}`}
      title={label}
      about={
        <>
          {props.group} · <Topics topics={topics} /> · {t('ackedUpTo', { position })}
        </>
      }
      state={credentialAt ? t('hasCredential') : t('noCredential')}
    />
  );
}
