'use client';
import type { FilterPreview } from '@tsudoi/engine/corpus/pages';
import { useLocale, useTranslations } from 'next-intl';
import { measure } from '../../lib/labels.ts';
import { Field } from '../../ui/field.tsx';

/** Steps through the thresholds of the curve: each moves about as many documents. Shows the distribution that it cuts. */
export function ThresholdSlider(props: {
  result: FilterPreview;
  onMove: (bounds: { min?: number; max?: number }) => void;
}) {
  const t = useTranslations('filterPreview');
  const locale = useLocale();
  const { bound, curve, params, histogram } = props.result;
  const threshold = params[bound];
  if (curve.length === 0) return <p className="text-ink-2">{t('nothingMeasured')}</p>;
  const place = threshold === undefined ? curve.length - 1 : nearest(curve, threshold);
  const shown = threshold ?? (curve[place]?.threshold as number);
  const move = (to: number) => {
    const point = curve[to];
    if (point) props.onMove({ [bound]: point.threshold });
  };
  return (
    <section aria-label={t('threshold')} className="card p-5">
      <Histogram histogram={histogram} threshold={shown} bound={bound} />
      <Field
        id="threshold"
        label={t(bound === 'min' ? 'atLeast' : 'atMost')}
        help={t(curve.length < 2 ? 'oneValue' : 'thresholdHelp')}
      >
        {(wiring) => (
          <div className="flex items-center gap-4">
            <input
              {...wiring}
              type="range"
              min={0}
              max={curve.length - 1}
              step={1}
              disabled={curve.length < 2}
              value={place}
              aria-valuetext={measure(shown, locale)}
              className="w-full accent-ai"
              onChange={(event) => move(Number(event.target.value))}
            />
            <output htmlFor="threshold" className="w-24 shrink-0 text-right tabular-nums">
              {measure(shown, locale)}
            </output>
          </div>
        )}
      </Field>
    </section>
  );
}

function nearest(curve: FilterPreview['curve'], threshold: number): number {
  const distance = (i: number) => Math.abs((curve[i]?.threshold ?? 0) - threshold);
  return curve.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
}

function Histogram(props: {
  histogram: FilterPreview['histogram'];
  threshold: number;
  bound: 'min' | 'max';
}) {
  const t = useTranslations('filterPreview');
  const locale = useLocale();
  const { histogram, threshold, bound } = props;
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const isDropped = ({ from, to }: { from: number; to: number }) =>
    bound === 'min' ? to <= threshold : from >= threshold;
  const ends = [histogram[0]?.from, histogram.at(-1)?.to].map((value) => measure(value ?? 0, locale));
  return (
    <figure className="mb-5">
      <div
        role="img"
        aria-label={t('histogram', { from: ends[0] ?? '', to: ends[1] ?? '' })}
        className="flex h-32 items-end gap-px border-b border-line-2"
      >
        {histogram.map((bin) => (
          <span
            key={bin.from}
            className={`min-w-0 grow rounded-t-sm ${isDropped(bin) ? 'bg-line-2' : 'bg-ai'}`}
            style={{ height: bin.count === 0 ? 0 : `${Math.max(2, (bin.count / most) * 100)}%` }}
          />
        ))}
      </div>
      <figcaption className="flex justify-between text-xs text-ink-3 tabular-nums">
        <span>{ends[0]}</span>
        <span>{t('histogramCaption')}</span>
        <span>{ends[1]}</span>
      </figcaption>
    </figure>
  );
}
