import type { ArtifactSummary, RunSummary } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { measure } from '../../lib/labels.ts';
import { api } from '../../server/api.ts';
import { buttonLook } from '../../ui/button.tsx';
import { Bar } from '../../ui/page.tsx';
import { bitsPerByteOf, EvaluationBars } from '../runs/evaluation-bars.tsx';

/** The newest model with its bits per byte; before there is one, the run that is on its way to it. */
export async function LatestModel({ runs, models }: { runs: RunSummary[]; models: ArtifactSummary[] }) {
  const running = runs.find((run) => run.state === 'running');
  const model = models[0];
  if (running) return <TrainingNow run={running} />;
  if (model) return <Model model={model} />;
  return <NoModel />;
}

async function Model({ model }: { model: ArtifactSummary }) {
  const [t, locale, detail] = await Promise.all([
    getTranslations('home'),
    getLocale(),
    api().then((hub) => hub.artifacts.detail({ artifactId: model.artifactId })),
  ]);
  const evaluation = detail.evaluations[0];
  const stats = evaluation
    ? (await (await api()).artifacts.detail({ artifactId: evaluation.artifactId })).manifest.stats
    : null;
  const bits = bitsPerByteOf(stats);
  return (
    <section className="card p-6 shadow-xl shadow-black/[.04]" aria-labelledby="latest">
      <h2 id="latest" className="text-sm font-normal text-ink-3">
        {t('latestModel')}
      </h2>
      <p className="mt-0.5 text-lg font-semibold">{model.title}</p>
      {bits !== null && stats && (
        <>
          <p className="mt-3 flex items-baseline gap-2">
            <span className="text-5xl leading-none font-semibold tracking-tight text-ai tabular-nums">
              {bits.toLocaleString(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 })}
            </span>
            <span className="text-sm text-ink-2">{t('bitsPerByte')}</span>
          </p>
          <p className="phrase mt-2 mb-5 text-sm leading-6 text-ink-2">{t('lowerIsBetter')}</p>
          <EvaluationBars stats={stats} />
        </>
      )}
      <div className="mt-6 flex gap-2">
        <Link href={`/playground/${model.artifactId}`} className={buttonLook('primary', true)}>
          {t('tryModel')}
        </Link>
        <Link href={`/artifacts/${model.artifactId}`} className={buttonLook('quiet', true)}>
          {t('modelPage')}
        </Link>
      </div>
    </section>
  );
}

async function TrainingNow({ run }: { run: RunSummary }) {
  const [t, locale] = await Promise.all([getTranslations('home'), getLocale()]);
  return (
    <section className="card p-6 shadow-xl shadow-black/[.04]" aria-labelledby="training">
      <h2 id="training" className="text-sm font-normal text-fuji">
        {t('trainingNow')}
      </h2>
      <p className="mt-0.5 text-lg font-semibold">
        <Link href={`/runs/${run.runId}`} className="hover:underline">
          {run.title}
        </Link>
      </p>
      {run.latest.loss !== undefined && (
        <p className="mt-3 flex items-baseline gap-2">
          <span className="text-5xl leading-none font-semibold tracking-tight text-fuji tabular-nums">
            {measure(run.latest.loss, locale)}
          </span>
          <span className="text-sm text-ink-2">{t('loss')}</span>
        </p>
      )}
      <div className="mt-5">
        <Bar share={run.step / Math.max(1, run.steps)} label={run.title} tone="bg-fuji" />
        <p className="mt-2 text-sm text-ink-2 tabular-nums">
          {t('step', { step: run.step, steps: run.steps })}
        </p>
      </div>
    </section>
  );
}

async function NoModel() {
  const t = await getTranslations('home');
  return (
    <section className="card border-dashed p-6" aria-labelledby="no-model">
      <h2 id="no-model" className="text-lg">
        {t('noModel')}
      </h2>
      <p className="phrase mt-2 text-ink-2">{t('noModelLead')}</p>
    </section>
  );
}
