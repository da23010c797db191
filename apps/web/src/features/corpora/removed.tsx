import { japaneseOrigins } from '@tsudoi/engine/corpus/pages';
import { getLocale, getTranslations } from 'next-intl/server';
import { measure } from '../../lib/labels.ts';
import type { Overview } from '../../server/corpora/overview.ts';
import type { RemovedExample } from '../../server/corpora/stages.ts';
import { Badge } from '../../ui/badge.tsx';
import { Table } from '../../ui/table.tsx';

type Reason = Overview['corpus']['stages'][number]['reasons'][number];

/** What each rule of the cascade removed, with examples, and which duplicates left. */
export async function Removed({ overview }: { overview: Overview }) {
  const [t, locale] = await Promise.all([getTranslations('corpus'), getLocale()]);
  const reasons = overview.corpus.stages.flatMap(({ reasons: some }) =>
    some.filter(({ documents, changed }) => documents + changed > 0),
  );
  const duplicates = overview.counted?.duplicates ?? [];
  return (
    <div className="space-y-6">
      <Table
        caption={t('removed')}
        rows={reasons}
        rowKey={({ reason, list, params }) => `${reason} ${list} ${JSON.stringify(params)}`}
        columns={[
          {
            head: t('reason'),
            cell: (reason) => <ReasonCell reason={reason} examples={examplesOf(overview, reason)} />,
          },
          {
            head: t('bounds'),
            wide: true,
            cell: ({ params }) => (
              <span className="text-sm text-ink-2">
                {Object.entries(params)
                  .map(([name, value]) => `${name} ${value}`)
                  .join(', ')}
              </span>
            ),
          },
          { head: t('left'), numeric: true, cell: ({ documents }) => documents.toLocaleString(locale) },
          { head: t('changed'), numeric: true, cell: ({ changed }) => changed.toLocaleString(locale) },
        ]}
      />
      {duplicates.length > 0 && (
        <div>
          <h3 className="mb-2 text-base">{t('duplicates')}</h3>
          <p className="phrase mb-3 text-sm text-ink-2">
            {t('duplicatesLead', { count: duplicates.length })}
          </p>
          <Table
            caption={t('duplicates')}
            rows={duplicates.map((duplicate, index) => ({ ...duplicate, index }))}
            rowKey={({ index }) => `${index}`}
            columns={[
              { head: t('document'), cell: ({ path }) => <Path path={path} /> },
              { head: t('keptInstead'), wide: true, cell: ({ keptPath }) => <Path path={keptPath} /> },
              {
                head: t('reason'),
                cell: ({ reason, scope }) => (
                  <span className="flex flex-wrap gap-1">
                    <Badge tone={reason === 'exact' ? 'plain' : 'wait'}>{t(reason)}</Badge>
                    {scope && <Badge tone="plain">{t(`scope-${scope}`)}</Badge>}
                  </span>
                ),
              },
              {
                head: t('similarity'),
                numeric: true,
                cell: ({ jaccardEstimate }) => measure(jaccardEstimate, locale),
              },
            ]}
          />
        </div>
      )}
    </div>
  );
}

const examplesOf = ({ examples }: Overview, { reason, list }: Reason) =>
  examples.filter((example) => example.filter === reason && example.list === list);

const isDuplicate = (reason: string): reason is 'exact' | 'near' => reason === 'exact' || reason === 'near';

function Path({ path }: { path: string }) {
  return <span className="font-mono text-xs leading-6 break-all">{path}</span>;
}

async function ReasonCell({ reason, examples }: { reason: Reason; examples: RemovedExample[] }) {
  const [t, locale] = await Promise.all([getTranslations('corpus'), getLocale()]);
  const origin = (locale === 'ja' && japaneseOrigins[reason.reason]) || reason.origin;
  return (
    <>
      <span className="font-medium">
        {isDuplicate(reason.reason)
          ? t(reason.reason)
          : [reason.reason, reason.list].filter(Boolean).join(' ')}
      </span>
      {origin && <span className="block text-xs leading-5 text-ink-3">{origin}</span>}
      {examples.length > 0 && (
        <details>
          <summary className="text-sm text-ai">{t('examples', { count: examples.length })}</summary>
          <ul className="space-y-3 py-2">
            {examples.map(({ path, value, threshold, excerpt }) => (
              <li key={`${path} ${value}`} className="text-sm">
                <Path path={path} />
                <span className="block text-ink-2 tabular-nums">
                  {t('valueAgainst', {
                    value: measure(value, locale),
                    threshold: measure(threshold, locale),
                  })}
                </span>
                {excerpt && <span className="line-clamp-3 break-words text-ink-3">{excerpt}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
