import type { ManifestStage } from '../build/manifest.ts';
import { binSizes, type ClusterSize } from './clusters.ts';
import type { Bin, CorpusStatistics } from './statistics.ts';
import { grouped, type Locale, languageName, wordsOf } from './words.ts';

export interface Plot {
  /** Name of the file without its extension. */
  name: string;
  title: string;
  bars: { label: string; value: number }[];
}

/** The charts of a corpus, without those that have nothing to show. */
export function plotsOf(
  statistics: CorpusStatistics,
  stages: readonly ManifestStage[],
  clusters: readonly ClusterSize[],
  locale: Locale,
): Plot[] {
  const t = wordsOf(locale);
  const plots: Plot[] = [
    {
      name: 'languages',
      title: t('bytesByLanguage'),
      bars: Object.entries(statistics.languages).map(([language, { bytes }]) => ({
        label: languageName(language, locale),
        value: bytes,
      })),
    },
    { name: 'lengths', title: t('lengths'), bars: lengthBars(statistics.lengths) },
    ...perplexityPlots(statistics, locale),
    { name: 'removed', title: t('removed'), bars: removedBars(stages) },
    {
      name: 'clusters',
      title: t('clusters'),
      bars: binSizes(clusters).map(({ label, count }) => ({ label, value: count })),
    },
  ];
  return plots.filter(({ bars }) => bars.length > 0);
}

function lengthBars(lengths: CorpusStatistics['lengths']): Plot['bars'] {
  const all = Object.values(lengths);
  return (all[0] ?? []).map(({ from, to }: Bin, i) => ({
    label: to === null ? `${grouped(from)}+` : `${grouped(from)}–${grouped(to - 1)}`,
    value: all.reduce((sum, bins) => sum + (bins[i] as Bin).count, 0),
  }));
}

/** One plot a language, since a character of Japanese and one of English are not to be compared. */
function perplexityPlots({ perplexity }: CorpusStatistics, locale: Locale): Plot[] {
  return Object.entries(perplexity).map(([language, { bins }]) => ({
    name: `perplexity-${language}`,
    title: `${wordsOf(locale)('perplexity')}: ${languageName(language, locale)}`,
    bars: bins.map(({ from, to, count }) => ({ label: `${from}–${to}`, value: count })),
  }));
}

const SHOWN = 20;

/** The reasons that removed most, of all stages. */
export function removedBars(stages: readonly ManifestStage[]): Plot['bars'] {
  const sums = new Map<string, number>();
  for (const { name, reasons } of stages) {
    for (const { reason, list, documents } of reasons) {
      const label = [name === 'filter' ? '' : name, reason, list ?? ''].filter(Boolean).join(' ');
      if (documents > 0) sums.set(label, (sums.get(label) ?? 0) + documents);
    }
  }
  return [...sums]
    .map(([label, value]) => ({ label, value }))
    .sort((a, b) => b.value - a.value || (a.label < b.label ? -1 : 1))
    .slice(0, SHOWN);
}

const ROW = 22;
const LABEL = 250;
const BAR = 360;
const WIDTH = LABEL + BAR + 120;

/**
 * Horizontal bars from zero as an SVG of fixed bytes: no fonts to measure, no time, coordinates of at most one decimal. Its
 * colours follow the reader's light or dark scheme, and the numbers stand in the text, so that nothing is told by length alone.
 */
export function svgOf({ title, bars }: Plot): string {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const height = 40 + bars.length * ROW;
  const rows = bars.map(({ label, value }, i) => {
    const y = 36 + i * ROW;
    const width = Math.round((value / most) * BAR * 10) / 10;
    return (
      `<text class="label" x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escapeXml(label)}</text>` +
      `<rect x="${LABEL}" y="${y + 3}" width="${width}" height="${ROW - 8}" rx="2"/>` +
      `<text x="${LABEL + width + 6}" y="${y + 14}">${grouped(value)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<title>${escapeXml(title)}</title>
<style>
text { font: 12px "Noto Sans JP", "Hiragino Sans", sans-serif; fill: #1c1d21; }
.title { font-size: 14px; font-weight: 600; }
rect { fill: #1d4a86; }
.ground { fill: #fffefc; }
@media (prefers-color-scheme: dark) { text { fill: #eceae4; } rect { fill: #93b9f0; } .ground { fill: #1a1d21; } }
</style>
<rect class="ground" width="${WIDTH}" height="${height}"/>
<text class="title" x="12" y="22">${escapeXml(title)}</text>
${rows.join('\n')}
</svg>
`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeXml = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] as string);
