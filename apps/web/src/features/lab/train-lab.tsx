'use client';
import { Pause, Play, RotateCcw } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { LossCurve } from './loss-curve.tsx';
import { LEAST_CHARACTERS, MOST_TEXT, type Size, TOTAL_STEPS } from './protocol.ts';
import { type Sample, useTraining } from './use-training.ts';

/** A text, three buttons, and what the model has learned so far. */
export function TrainLab({ text: given }: { text: string }) {
  const t = useTranslations('lab');
  const locale = useLocale();
  const offered = useWebGpu();
  const training = useTraining();
  const [text, setText] = useState(given);
  const [size, setSize] = useState<Size>('small');
  const [problem, setProblem] = useState<string | null>(null);
  const { state, points, ready } = training;
  const busy = state === 'preparing' || state === 'running' || state === 'paused';

  const start = () => {
    const length = [...text].length;
    if (length < LEAST_CHARACTERS) return setProblem(t('tooShort', { least: LEAST_CHARACTERS, length }));
    setProblem(null);
    training.start(text, size);
  };
  if (offered === false) return <Missing />;
  return (
    <div className="grid gap-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.3fr)]">
      <div className="space-y-5">
        <Field id="lab-text" label={t('text')} help={t('textHelp')} error={problem}>
          {(wiring) => (
            <textarea
              {...wiring}
              rows={12}
              maxLength={MOST_TEXT}
              className="field-box leading-7"
              value={text}
              readOnly={busy}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <SelectField
          id="lab-size"
          label={t('size')}
          value={size}
          disabled={busy}
          choices={[
            { value: 'small', label: t('small') },
            { value: 'medium', label: t('medium') },
          ]}
          onChange={setSize}
        />
        <div className="flex flex-wrap gap-2">
          {state === 'running' ? (
            <Button look="primary" onClick={training.pause}>
              <Pause aria-hidden className="size-4" />
              {t('pause')}
            </Button>
          ) : (
            <Button
              look="primary"
              busy={state === 'preparing'}
              disabled={offered === null}
              onClick={state === 'paused' ? training.resume : start}
            >
              <Play aria-hidden className="size-4" />
              {state === 'paused' ? t('resume') : t('start')}
            </Button>
          )}
          {state !== 'idle' && (
            <Button onClick={training.reset}>
              <RotateCcw aria-hidden className="size-4" />
              {t('reset')}
            </Button>
          )}
        </div>
        <p role="status" className="phrase text-sm leading-6 text-ink-2">
          {t(`state.${state}`)}
        </p>
        {training.failure && (
          <p role="alert" className="text-sm leading-6 text-shu">
            {t(`failed.${training.failure.kind}`, { detail: training.failure.detail })}
          </p>
        )}
        {ready?.isSoftware && <p className="phrase text-sm leading-6 text-yamabuki">{t('software')}</p>}
      </div>
      <div className="min-w-0 space-y-6">
        <section aria-label={t('curve')} className="card p-5">
          <h2 className="mb-2 text-base">{t('curve')}</h2>
          <LossCurve points={points} uniform={ready?.uniform ?? 4} locale={locale} />
          <p className="phrase mt-2 text-sm leading-6 text-ink-3">{t('curveHelp')}</p>
          <Figures
            items={[
              [
                t('step'),
                `${(points.at(-1)?.[0] ?? 0).toLocaleString(locale)} / ${TOTAL_STEPS.toLocaleString(locale)}`,
              ],
              [t('rate'), Math.round(training.rate).toLocaleString(locale)],
              [t('parameters'), (ready?.parameters ?? 0).toLocaleString(locale)],
              [t('characters'), (ready?.characters ?? 0).toLocaleString(locale)],
            ]}
          />
          {ready && <p className="mt-2 text-sm break-words text-ink-3">{ready.device}</p>}
        </section>
        <Samples samples={training.samples} locale={locale} />
      </div>
    </div>
  );
}

function Figures({ items }: { items: [string, string][] }) {
  return (
    <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-4">
      {items.map(([term, value]) => (
        <div key={term}>
          <dt className="text-sm text-ink-3">{term}</dt>
          <dd className="font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Samples({ samples, locale }: { samples: readonly Sample[]; locale: string }) {
  const t = useTranslations('lab');
  return (
    <section aria-label={t('samples')} className="card p-5">
      <h2 className="mb-2 text-base">{t('samples')}</h2>
      {samples.length === 0 ? (
        <p className="phrase text-ink-3">{t('noSamples')}</p>
      ) : (
        <ol className="divide-y divide-line" data-testid="samples">
          {samples.map((sample) => (
            <li key={sample.step} className="py-3">
              <p className="text-sm text-ink-3">
                {t('afterStep', { step: sample.step.toLocaleString(locale) })}
              </p>
              <p className="leading-8 break-words whitespace-pre-wrap">{sample.text}</p>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Missing() {
  const t = useTranslations('lab');
  return (
    <div className="card p-6" role="alert">
      <h2 className="text-lg">{t('missing')}</h2>
      <p className="phrase mt-2 text-ink-2">{t('missingWhy')}</p>
      <ul className="mt-3 list-disc space-y-1 pl-6 text-ink-2">
        <li className="phrase">{t('missingBrowser')}</li>
        <li className="phrase">{t('missingLinux')}</li>
        <li className="phrase">{t('missingSecure')}</li>
      </ul>
    </div>
  );
}

/** Whether an adapter can be had here; null while that is being asked. */
function useWebGpu(): boolean | null {
  const [offered, setOffered] = useState<boolean | null>(null);
  useEffect(() => {
    const { gpu } = navigator as Navigator & { gpu?: { requestAdapter(): Promise<object | null> } };
    if (!gpu) return setOffered(false);
    gpu.requestAdapter().then(
      (adapter) => setOffered(adapter !== null),
      () => setOffered(false),
    );
  }, []);
  return offered;
}
