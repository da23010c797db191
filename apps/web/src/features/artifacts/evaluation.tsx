import { getTranslations } from 'next-intl/server';
import { api } from '../../server/api.ts';
import { Section } from '../../ui/page.tsx';
import { EvaluationBars } from '../runs/evaluation-bars.tsx';

/** How well a model predicts, and what it writes: from one evaluation artifact. */
export async function Evaluation({ artifactId }: { artifactId: string }) {
  const hub = await api();
  const [t, run, { manifest }, samples] = await Promise.all([
    getTranslations('artifact'),
    getTranslations('run'),
    hub.artifacts.detail({ artifactId }),
    hub.artifacts.samples({ artifactId }),
  ]);
  return (
    <>
      <Section title={t('evaluation')}>
        <div className="card p-5">
          <p className="phrase mb-4 text-sm text-ink-2">{run('evaluationLead')}</p>
          <EvaluationBars stats={manifest.stats} />
        </div>
      </Section>
      {samples.length > 0 && (
        <Section title={t('samples')}>
          <p className="phrase mb-3 text-sm text-ink-2">{t('samplesLead')}</p>
          <ul className="space-y-3">
            {samples.map((sample, index) => (
              <li key={index} className="card p-4 leading-8 break-words">
                <span className="sr-only">{t('prompt')}: </span>
                <strong className="font-semibold text-ai">{sample.prompt}</strong>
                {sample.text.startsWith(sample.prompt)
                  ? sample.text.slice(sample.prompt.length)
                  : sample.text}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
