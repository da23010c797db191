import { getLocale, getTranslations } from 'next-intl/server';

const baselines = [
  ['bitsPerByteModel', 'model'],
  ['bitsPerByteByte5gram', 'byte5gram'],
  ['bitsPerByteGzip', 'gzip'],
  ['bitsPerByteToken5gram', 'token5gram'],
] as const;

type Stats = Record<string, number | string | boolean>;

export function bitsPerByteOf(stats: Stats | null): number | null {
  const value = stats?.bitsPerByteModel;
  return typeof value === 'number' ? value : null;
}

/** Bits per byte of the model beside what it must beat, as bars from zero, shortest first. */
export async function EvaluationBars({ stats }: { stats: Stats }) {
  const [t, locale] = await Promise.all([getTranslations('run'), getLocale()]);
  const bars = baselines
    .map(([key, name]) => ({ name, value: stats[key] }))
    .filter((bar): bar is { name: (typeof bar)['name']; value: number } => typeof bar.value === 'number')
    .sort((a, b) => a.value - b.value);
  const most = Math.max(...bars.map((bar) => bar.value), 0.001);
  const digits = { minimumFractionDigits: 3, maximumFractionDigits: 3 };
  return (
    <ul className="space-y-3">
      {bars.map((bar) => (
        <li key={bar.name}>
          <p className="flex items-baseline justify-between gap-3 text-sm">
            <span className={bar.name === 'model' ? 'font-semibold' : 'text-ink-2'}>{t(bar.name)}</span>
            <span className={`tabular-nums ${bar.name === 'model' ? 'font-semibold' : 'text-ink-2'}`}>
              {bar.value.toLocaleString(locale, digits)}
            </span>
          </p>
          <div aria-hidden className="mt-1 h-2 overflow-hidden rounded-full bg-sunken">
            <div
              className={`h-full rounded-full ${bar.name === 'model' ? 'bg-ai' : 'bg-line-2'}`}
              style={{ width: `${(bar.value / most) * 100}%` }}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
