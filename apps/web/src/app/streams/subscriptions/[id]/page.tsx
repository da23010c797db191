import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { Poll } from '../../../../features/shell/poll.tsx';
import { Watch } from '../../../../features/shell/watch.tsx';
import { pythonLines, shellLines } from '../../../../features/streams/nats-snippets.ts';
import { Topics } from '../../../../features/streams/stream-parts.tsx';
import { CloseSubscription, Credential } from '../../../../features/streams/subscription-actions.tsx';
import { ClientMessages } from '../../../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../../../server/api.ts';
import { serverEnv } from '../../../../server/env.ts';
import { CopyBlock } from '../../../../ui/copy-block.tsx';
import { Facts, PageHead, Section } from '../../../../ui/page.tsx';
import { Time } from '../../../../ui/time.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('streams'))('subscriptions') };
}

/** One's own subscription; a foreign one is as unknown as none. */
export default async function SubscriptionPage(props: { params: Promise<{ id: string }> }) {
  const [{ id }, viewer] = await Promise.all([props.params, viewerOfPage()]);
  if (!viewer) notFound();
  const hub = await api();
  const subscription = (await hub.streams.subscriptions()).find((one) => one.subscriptionId === id);
  if (!subscription) notFound();
  const [t, streams, locale, { position: head }] = await Promise.all([
    getTranslations('subscription'),
    getTranslations('streams'),
    getLocale(),
    hub.hub.status(),
  ]);
  const { label, topics, openedAt, credentialAt, position, user, groupId } = subscription;
  const group = viewer.groups.find((one) => one.groupId === groupId);
  const { NATS_PUBLIC_URL, NATS_URL } = serverEnv();
  return (
    <ClientMessages of={['common', 'subscription']}>
      <Watch on={[`subscription:${id}`]} />
      <Poll seconds={10} />
      <PageHead
        parent={{ href: '/streams', label: streams('title') }}
        title={label}
        actions={<CloseSubscription subscriptionId={id} />}
      />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Section title={t('credential')}>
            <Credential
              subscriptionId={id}
              url={NATS_PUBLIC_URL ?? NATS_URL}
              isIssued={credentialAt !== null}
            />
          </Section>
          <Section title={t('cli')}>
            <p className="phrase mb-3 text-ink-2">{t('cliLead')}</p>
            <CopyBlock label={t('cli')} text={shellLines} />
          </Section>
          <Section title={t('python')}>
            <p className="mb-3 font-mono text-sm text-ink-2">{t('pythonLead')}</p>
            <CopyBlock label={t('python')} text={pythonLines} />
          </Section>
        </div>
        <aside className="min-w-0">
          <Facts
            items={[
              {
                term: streams('group'),
                value: group ? group[locale === 'ja' ? 'nameJa' : 'nameEn'] : streams('everyGroup'),
              },
              { term: t('topics'), value: <Topics topics={topics} /> },
              { term: t('opened'), value: <Time at={openedAt} /> },
              { term: t('credentialAt'), value: credentialAt ? <Time at={credentialAt} /> : t('none') },
              { term: 'NATS', value: <code className="font-mono text-xs break-all">{user}</code> },
              {
                term: t('position'),
                value: t('positionValue', {
                  position: position.toLocaleString(locale),
                  head: head.toLocaleString(locale),
                }),
              },
            ]}
          />
          <p className="phrase mt-2 text-sm text-ink-3">{t('positionHelp')}</p>
        </aside>
      </div>
    </ClientMessages>
  );
}
