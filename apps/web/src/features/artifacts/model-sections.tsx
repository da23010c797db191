import type { ArtifactDetail, Viewer } from '@tsudoi/schema';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { api } from '../../server/api.ts';
import { buttonLook } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { GenerateBox } from '../playground/generate-box.tsx';
import { Curves } from '../runs/curves.tsx';

/** What only a model has: how it learned, and a box that runs it. */
export async function ModelSections({
  artifact,
  viewer,
}: {
  artifact: ArtifactDetail;
  viewer: Viewer | null;
}) {
  const [run, playground, shell] = await Promise.all([
    getTranslations('run'),
    getTranslations('playground'),
    getTranslations('shell'),
  ]);
  const { artifactId, runId } = artifact;
  const metrics = runId ? await (await api()).runs.metrics({ runId }) : [];
  return (
    <>
      {runId && metrics.length > 0 && (
        <Section title={run('curves')}>
          <Curves runId={runId} initial={metrics} live={false} />
        </Section>
      )}
      <Section title={playground('title')} id="generate">
        {viewer?.permissions.includes('model.generate') ? (
          <GenerateBox artifactId={artifactId} />
        ) : (
          <div className="card flex flex-wrap items-center justify-between gap-3 p-5">
            <p className="phrase text-ink-2">{playground('signIn')}</p>
            <Link href={`/sign-in?next=/artifacts/${artifactId}`} className={buttonLook('quiet')}>
              {shell('signIn')}
            </Link>
          </div>
        )}
      </Section>
    </>
  );
}
