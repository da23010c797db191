import type { ArtifactDetail } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { GenerateBox } from '../../../features/playground/generate-box.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';

interface Props {
  params: Promise<{ artifactId: string }>;
}

async function load(props: Props): Promise<ArtifactDetail> {
  const { artifactId } = await props.params;
  const artifact = await orNotFound((await api()).artifacts.detail({ artifactId }));
  if (artifact.kind !== 'model') notFound();
  return artifact;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('playground'))('title') };
}

export default async function PlaygroundPage(props: Props) {
  const [artifact, viewer, t, shell] = await Promise.all([
    load(props),
    viewerOfPage(),
    getTranslations('playground'),
    getTranslations('shell'),
  ]);
  const { artifactId } = artifact;
  return (
    <>
      <PageHead
        parent={{ href: `/artifacts/${artifactId}`, label: artifact.title }}
        title={t('title')}
        lead={t('lead')}
      />
      {viewer?.permissions.includes('model.generate') ? (
        <ClientMessages of={['common', 'playground']}>
          <GenerateBox artifactId={artifactId} />
        </ClientMessages>
      ) : (
        <Empty
          title={t('signIn')}
          action={
            <Link href={`/sign-in?next=/playground/${artifactId}`} className={buttonLook('primary')}>
              {shell('signIn')}
            </Link>
          }
        />
      )}
    </>
  );
}
