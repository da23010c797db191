'use client';
import type { MetricSeries } from '@tsudoi/schema';
import { useLocale, useTranslations } from 'next-intl';
import { useEffect, useMemo, useState } from 'react';
import { measure } from '../../lib/labels.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Curve } from './curve.tsx';
import { mergePoints } from './merge-points.ts';

const shown = ['loss', 'learningRate', 'tokensPerSecond'] as const;
type Shown = (typeof shown)[number];

/** The curves of a run: what is stored, then every new point as it is measured. */
export function Curves({ runId, initial, live }: { runId: string; initial: MetricSeries[]; live: boolean }) {
  const t = useTranslations('run');
  const locale = useLocale();
  const [series, setSeries] = useState(initial);
  const [current, setCurrent] = useState<Shown>('loss');
  const [receiving, setReceiving] = useState(false);

  // A page rendered anew brings the stored curves; points that came meanwhile stay.
  useEffect(() => {
    setSeries((had) => mergePoints(had, initial.flatMap(pointsOf)));
  }, [initial]);
  useEffect(() => {
    if (!live) return;
    const source = new EventSource(`/api/runs/${runId}/metrics/stream`);
    source.addEventListener('metrics', (message) => {
      const { data } = JSON.parse(message.data) as { data: { points: Point[] } };
      setReceiving(true);
      setSeries((had) => mergePoints(had, data.points));
    });
    return () => {
      source.close();
      setReceiving(false);
    };
  }, [runId, live]);

  const chosen = useMemo(() => series.find((one) => one.series === current)?.points ?? [], [series, current]);
  if (series.length === 0)
    return <p className="card phrase px-5 py-10 text-center text-ink-2">{t('noPoints')}</p>;
  return (
    <div className="card p-4 sm:p-5">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <fieldset aria-label={t('curves')} className="flex gap-1">
          {shown.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === current}
              onClick={() => setCurrent(name)}
              className="rounded-lg px-3 py-1 text-sm text-ink-2 hover:bg-sunken aria-pressed:bg-ai-soft aria-pressed:text-ai"
            >
              {t(name)}
            </button>
          ))}
        </fieldset>
        <p role="status" className="text-sm text-fuji">
          {live && receiving && t('live')}
        </p>
      </div>
      <Curve name={t(current)} points={chosen} locale={locale} />
      <Summary name={t(current)} points={chosen} />
    </div>
  );
}

interface Point {
  series: string;
  step: number;
  value: number;
}

function pointsOf(series: MetricSeries): Point[] {
  return series.points.map(([step, value]) => ({ series: series.series, step, value }));
}

/** The curve in words and numbers: a canvas says nothing to a screen reader. */
function Summary({ name, points }: { name: string; points: MetricSeries['points'] }) {
  const t = useTranslations('run');
  const locale = useLocale();
  const last = points.at(-1);
  const first = points[0];
  if (!last || !first) return null;
  const low = points.reduce((least, [, value]) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const every = Math.max(1, Math.ceil(points.length / 40));
  const rows = points.filter((_, index) => index % every === 0 || index === points.length - 1);
  return (
    <>
      <p className="mt-3 text-sm text-ink-2">
        {t('summary', {
          series: name,
          steps: last[0],
          last: measure(last[1], locale),
          first: measure(first[1], locale),
          low: measure(low, locale),
        })}
      </p>
      <details className="mt-2 text-sm">
        <summary className="text-ai">{t('table')}</summary>
        <ScrollRegion label={t('table')} className="mt-2 max-h-64">
          <table className="w-full max-w-sm tabular-nums">
            <thead>
              <tr className="text-ink-3">
                <th scope="col" className="py-1 text-right font-medium">
                  {t('tableStep')}
                </th>
                <th scope="col" className="py-1 text-right font-medium">
                  {name}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([step, value]) => (
                <tr key={step}>
                  <td className="py-0.5 text-right">{step.toLocaleString(locale)}</td>
                  <td className="py-0.5 text-right">{measure(value, locale)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
    </>
  );
}
