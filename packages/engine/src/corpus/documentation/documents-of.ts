import { card } from './card.ts';
import type { ClusterSize } from './clusters.ts';
import { type CroissantOptions, croissant } from './croissant.ts';
import type { DescribedCorpus } from './described.ts';
import { notice } from './notice.ts';
import { plotsOf, svgOf } from './plots.ts';
import { spdxDocument } from './spdx.ts';
import type { CorpusStatistics } from './statistics.ts';
import { locales } from './words.ts';

export const plotFolder = 'documentation/plots';

export interface CorpusFacts {
  corpus: DescribedCorpus;
  statistics: CorpusStatistics;
  clusters: readonly ClusterSize[];
}

/** Everything that is written about a corpus, by path. Equal facts give equal bytes. */
export function documentsOf(
  { corpus, statistics, clusters }: CorpusFacts,
  options: CroissantOptions,
): Map<string, string> {
  const files = new Map<string, string>();
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  for (const locale of locales) {
    const plots = plotsOf(statistics, corpus.stages, clusters, locale);
    const name = locale === 'en' ? 'README.md' : `README.${locale}.md`;
    files.set(name, card({ corpus, statistics, plots, plotFolder }, locale));
    for (const plot of plots) files.set(`${plotFolder}/${plot.name}.${locale}.svg`, svgOf(plot));
  }
  files.set('NOTICE', notice(corpus, statistics));
  files.set('croissant.json', json(croissant(corpus, options)));
  const created = options.date ? `${options.date}T00:00:00Z` : undefined;
  files.set('licences.spdx.json', json(spdxDocument(corpus, statistics, created)));
  files.set('documentation/statistics.json', json({ ...statistics, clusters }));
  return files;
}
