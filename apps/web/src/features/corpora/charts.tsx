import { plotsOf } from '@tsudoi/engine/corpus/pages';
import { getLocale } from 'next-intl/server';
import type { Overview } from '../../server/corpora/overview.ts';
import { BarChart } from './bar-chart.tsx';

/** The same plots that the generated documents carry, drawn in the colours of the theme. */
export async function Charts({ overview }: { overview: Overview }) {
  const locale = await getLocale();
  const { corpus, counted } = overview;
  if (!counted) return null;
  const plots = plotsOf(counted.statistics, corpus.stages, counted.clusters, locale === 'ja' ? 'ja' : 'en');
  return (
    <div className="columns-1 gap-4 md:columns-2">
      {plots.map(({ name, title, bars }) => (
        <div key={name} className="mb-4 break-inside-avoid">
          <BarChart title={title} bars={bars} locale={locale} />
        </div>
      ))}
    </div>
  );
}
