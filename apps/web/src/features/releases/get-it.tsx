import type { ReleaseDetail } from '@tsudoi/schema';
import { getTranslations } from 'next-intl/server';
import { serverEnv } from '../../server/env.ts';
import { CopyBlock } from '../../ui/copy-block.tsx';
import { Section } from '../../ui/page.tsx';

/** Two lines that fetch every file of a release and check every byte, with the tools that each machine has. */
export async function GetIt({ release }: { release: ReleaseDetail }) {
  const t = await getTranslations('releases');
  const script = new URL(`/api/releases/${release.releaseId}/download.sh`, serverEnv().HUB_URL).href;
  const folder = `${release.slug}-${release.version}`;
  return (
    <Section title={t('getIt')}>
      {release.state === 'released' ? (
        <>
          <p className="phrase mb-3 text-sm text-ink-2">{t('getItLead')}</p>
          <CopyBlock
            label={t('getIt')}
            text={`curl -fsSL -o download.sh '${script}'\nsh download.sh ${folder}\n\n# ${t('verifyAgain')}\ncd ${folder} && sha256sum -c SHA256SUMS`}
          />
        </>
      ) : (
        <p className="phrase text-ink-2">
          {release.state === 'withdrawn' ? t('wasWithdrawn') : t('notOutYet')}
        </p>
      )}
    </Section>
  );
}
