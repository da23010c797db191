import type { Delivery } from '@tsudoi/hub';
import { getLocale, getTranslations } from 'next-intl/server';
import { duration } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

/** Every attempt to deliver, newest first. */
export async function Deliveries({ deliveries }: { deliveries: Delivery[] }) {
  const [t, locale] = await Promise.all([getTranslations('webhook'), getLocale()]);
  if (deliveries.length === 0) return <Empty title={t('noHistory')}>{t('noHistoryLead')}</Empty>;
  const why = (error: string) => (error === 'not a public address' ? t('errorPrivate') : error);
  return (
    <Table
      caption={t('history')}
      rows={deliveries}
      rowKey={({ deliveryId }) => String(deliveryId)}
      columns={[
        {
          head: t('status'),
          cell: ({ status, error }) => (
            <>
              {status !== null && status >= 200 && status < 300 ? (
                <Badge tone="good">
                  {t('ok')} {status}
                </Badge>
              ) : (
                <Badge tone="bad">{status ?? t('noAnswer')}</Badge>
              )}
              {error && <span className="phrase mt-1 block text-sm text-ink-2">{why(error)}</span>}
            </>
          ),
        },
        {
          head: t('event'),
          cell: ({ position, eventId }) => (
            <>
              <span className="tabular-nums">{position.toLocaleString(locale)}</span>
              <code className="block font-mono text-xs break-all text-ink-3">{eventId}</code>
            </>
          ),
        },
        { head: t('attempt'), numeric: true, wide: true, cell: ({ attempt }) => attempt },
        { head: t('ms'), numeric: true, wide: true, cell: ({ ms }) => duration(ms, locale) },
        {
          head: t('at'),
          cell: ({ at }) => (
            <span className="text-sm whitespace-nowrap text-ink-2">
              <Time at={at} />
            </span>
          ),
        },
      ]}
    />
  );
}
