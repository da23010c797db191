import type { OperationsReport } from '@tsudoi/hub';
import { getLocale, getTranslations } from 'next-intl/server';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';

/** How far everything that follows the log has come, NATS included. */
export async function Followers({ report }: { report: OperationsReport }) {
  const [t, locale] = await Promise.all([getTranslations('operations'), getLocale()]);
  const number = (value: number, digits = 0) =>
    value.toLocaleString(locale, { maximumFractionDigits: digits });
  return (
    <Section title={t('followers')}>
      <p className="phrase mb-4 max-w-2xl text-ink-2">
        {t('followersLead', { position: number(report.log.position) })}
      </p>
      <Table
        caption={t('followers')}
        rows={report.followers}
        rowKey={({ kind, name }) => `${kind} ${name}`}
        columns={[
          { head: t('name'), cell: ({ name }) => <code className="font-mono">{name}</code> },
          { head: t('kind'), cell: ({ kind }) => t(`kinds.${kind}`), wide: true },
          { head: t('position'), cell: ({ position }) => number(position), numeric: true },
          {
            head: t('lag'),
            numeric: true,
            cell: ({ lag, lagSeconds }) =>
              lag === 0 ? t('noLag') : t('lagValue', { lag: number(lag), seconds: number(lagSeconds, 1) }),
          },
          {
            head: t('state'),
            cell: ({ error }) => (
              <Badge tone={error === null ? 'good' : 'bad'} dot>
                {error === null ? t('running') : t('stopped')}
              </Badge>
            ),
          },
        ]}
      />
    </Section>
  );
}
