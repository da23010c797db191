'use client';
import type { FilterPreview, PreviewSample } from '@tsudoi/engine/corpus/pages';
import { useLocale, useTranslations } from 'next-intl';
import { measure } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';

/** Kept and dropped documents side by side, those nearest to the threshold first, and how well that agrees with people. */
export function PreviewResult(props: { result: FilterPreview; about: string; busy: boolean }) {
  const { result, about, busy } = props;
  const t = useTranslations('filterPreview');
  const locale = useLocale();
  const { kept, dropped, total, otherLanguages, droppedBefore, agreement } = result;
  const percent = (value: number) =>
    value.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <div aria-busy={busy}>
      <p role="status" className="font-medium" data-testid="preview-counts">
        {t('counts', { kept, dropped, total })}
      </p>
      <p className="phrase text-sm text-ink-2">
        {t('before', { droppedBefore, otherLanguages })} {about}
      </p>
      {agreement && (
        <dl className="mt-4 grid grid-cols-2 gap-3 sm:grid-cols-4">
          {[
            [t('labelled'), agreement.labelled.toLocaleString(locale)],
            [t('precision'), percent(agreement.precision)],
            [t('recall'), percent(agreement.recall)],
            ['F1', percent(agreement.f1)],
          ].map(([term, value]) => (
            <div key={term} className="card px-4 py-2">
              <dt className="text-sm text-ink-3">{term}</dt>
              <dd className="text-lg tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className="mt-6 grid gap-6 md:grid-cols-2">
        <Side title={t('kept')} tone="good" samples={result.keptSamples} />
        <Side title={t('dropped')} tone="bad" samples={result.droppedSamples} />
      </div>
    </div>
  );
}

function Side({ title, tone, samples }: { title: string; tone: 'good' | 'bad'; samples: PreviewSample[] }) {
  const t = useTranslations('filterPreview');
  const locale = useLocale();
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="mb-3 text-lg">{title}</h2>
      {samples.length === 0 && <p className="text-ink-3">{t('noSamples')}</p>}
      <ul className="space-y-3">
        {samples.map(({ id, path, value, excerpt, shouldKeep }) => (
          <li key={`${id} ${path}`} className="card p-4">
            <p className="mb-1 flex flex-wrap items-center gap-2">
              <Badge tone={tone}>{measure(value, locale)}</Badge>
              {shouldKeep !== undefined && (
                <Badge tone="plain">{t(shouldKeep ? 'peopleKeep' : 'peopleDrop')}</Badge>
              )}
              <span className="font-mono text-xs break-all text-ink-3">{path}</span>
            </p>
            <p className="line-clamp-4 break-words text-[0.93rem] leading-7">{excerpt}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
