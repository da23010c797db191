import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { Poll } from '../../../features/shell/poll.tsx';
import { Waterfall } from '../../../features/traces/waterfall.tsx';
import { duration } from '../../../lib/labels.ts';
import { api, orNotFound } from '../../../server/api.ts';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('trace'))('title') };
}

export default async function TracePage(props: { params: Promise<{ id: string }> }) {
  const [{ id }, t, locale] = await Promise.all([props.params, getTranslations('trace'), getLocale()]);
  const spans = await orNotFound((await api()).hub.trace({ traceId: id }));
  if (spans.length === 0) {
    return (
      <>
        <Poll seconds={3} />
        <PageHead title={t('title')} meta={<code className="font-mono break-all">{id}</code>} />
        <Empty title={t('empty')}>{t('emptyLead')}</Empty>
      </>
    );
  }
  const from = Math.min(...spans.map((span) => Date.parse(span.startedAt)));
  const until = Math.max(...spans.map((span) => Date.parse(span.startedAt) + span.durationMs));
  return (
    <>
      <PageHead
        title={t('title')}
        lead={t('lead')}
        meta={
          <>
            <span>{t('spans', { count: spans.length, duration: duration(until - from, locale) })}</span>
            <code className="font-mono text-xs break-all text-ink-3">{id}</code>
          </>
        }
      />
      <Waterfall spans={spans} />
    </>
  );
}
