import type { ArtifactDetail, Stats } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { measure, short } from '../../lib/labels.ts';
import { Json } from '../../ui/json.tsx';
import { Facts } from '../../ui/page.tsx';

/** Which job, run and code an artifact came from. */
export async function Provenance({ artifact }: { artifact: ArtifactDetail }) {
  const [t, kinds] = await Promise.all([getTranslations('artifact'), getTranslations('jobKind')]);
  const { manifest, producer } = artifact;
  return (
    <>
      <Facts
        items={[
          {
            term: t('madeBy'),
            value: (
              <Link className="link" href={`/jobs/${manifest.jobId}`}>
                {kinds(producer.kind)} <span className="font-mono text-sm">{short(manifest.jobId)}</span>
              </Link>
            ),
          },
          ...(manifest.runId
            ? [
                {
                  term: t('run'),
                  value: (
                    <Link className="link font-mono text-sm" href={`/runs/${manifest.runId}`}>
                      {short(manifest.runId)}
                    </Link>
                  ),
                },
              ]
            : []),
          {
            term: t('codeCommit'),
            value: <code className="font-mono text-sm break-all">{manifest.codeCommit.slice(0, 12)}</code>,
          },
        ]}
      />
      <div className="mt-3">
        <Json title={t('recipe')} value={manifest.recipe} />
      </div>
    </>
  );
}

/** What the stage counted and measured: figures of the whole first, those of single sources and languages folded away. */
export async function StatsTable({ stats }: { stats: Stats }) {
  const [t, words] = await Promise.all([getTranslations('artifact'), getTranslations('stat')]);
  const whole = Object.entries(stats).filter(([name]) => !name.includes('.'));
  const parts = Object.entries(stats).filter(([name]) => name.includes('.'));
  const wordOf = (name: string) => (words.has(name as 'tokens') ? words(name as 'tokens') : name);
  return (
    <div className="card px-4 py-1 text-sm">
      <StatRows rows={whole.map(([name, value]) => [wordOf(name), value])} />
      {parts.length > 0 && (
        <details className="border-t border-line">
          <summary className="py-2 text-ai">{t('statsMore')}</summary>
          <StatRows rows={parts} />
        </details>
      )}
    </div>
  );
}

async function StatRows({ rows }: { rows: [string, Stats[string]][] }) {
  const locale = await getLocale();
  return (
    <dl className="divide-y divide-line">
      {rows.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-4 py-1.5">
          <dt className="min-w-0 leading-6 break-words text-ink-2">{name}</dt>
          <dd className="shrink-0 text-right tabular-nums">
            {typeof value === 'number' ? measure(value, locale) : String(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
