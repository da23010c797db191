import type { MetricSeries } from '@tsudoi/schema';

/** Adds points to series, by step; a step that is measured again (after a resumed lease) takes its newest value. */
export function mergePoints(
  series: MetricSeries[],
  points: { series: string; step: number; value: number }[],
): MetricSeries[] {
  if (points.length === 0) return series;
  const arrived = Map.groupBy(points, (point) => point.series);
  const names = [...new Set([...series.map((one) => one.series), ...arrived.keys()])];
  return names.map((name) => {
    const had = series.find((one) => one.series === name)?.points ?? [];
    const added = arrived.get(name);
    if (!added) return { series: name, points: had };
    const bySteps = new Map(had);
    for (const { step, value } of added) bySteps.set(step, value);
    return { series: name, points: [...bySteps].sort(([a], [b]) => a - b) };
  });
}
