import { type ArtifactDetail, rolesPermit } from '@tsudoi/schema';
import { Play } from 'lucide-react';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { ArtifactRows } from '../../../features/artifacts/artifact-rows.tsx';
import { Evaluation } from '../../../features/artifacts/evaluation.tsx';
import { FileTable } from '../../../features/artifacts/file-table.tsx';
import { LineageGraph } from '../../../features/artifacts/lineage-graph.tsx';
import { ModelSections } from '../../../features/artifacts/model-sections.tsx';
import { Provenance, StatsTable } from '../../../features/artifacts/provenance.tsx';
import { ReleaseRows } from '../../../features/releases/release-rows.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { SourceStateBadge, VerdictCard } from '../../../features/sources/source-bits.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { artifactTitle } from '../../../lib/artifact-title.ts';
import { bytes } from '../../../lib/labels.ts';
import { loadSnippet } from '../../../lib/load-snippet.ts';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { Badge } from '../../../ui/badge.tsx';
import { buttonLook } from '../../../ui/button.tsx';
import { CopyBlock } from '../../../ui/copy-block.tsx';
import { PageHead, Section } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';

interface Props {
  params: Promise<{ id: string }>;
}

async function load(props: Props): Promise<ArtifactDetail> {
  const { id } = await props.params;
  return orNotFound((await api()).artifacts.detail({ artifactId: id }));
}

export async function generateMetadata(props: Props) {
  return { title: artifactTitle((await load(props)).title, await getTranslations('artifactTitle')) };
}

export default async function ArtifactPage(props: Props) {
  const [artifact, viewer, t, artifacts, titles, kinds, corpus, filterPreview, release, locale] =
    await Promise.all([
      load(props),
      viewerOfPage(),
      getTranslations('artifact'),
      getTranslations('artifacts'),
      getTranslations('artifactTitle'),
      getTranslations('artifactKind'),
      getTranslations('corpus'),
      getTranslations('filterPreview'),
      getTranslations('releases'),
      getLocale(),
    ]);
  const hub = await api();
  const [lineage, releases] = await Promise.all([
    hub.artifacts.lineage({ artifactId: artifact.artifactId }),
    hub.releases.list({ artifactId: artifact.artifactId }),
  ]);
  const mayRelease =
    ['model', 'corpus', 'tokenizer'].includes(artifact.kind) &&
    rolesPermit(viewer?.roles ?? [], 'release.draft', 'any');
  const sources = lineage.nodes.filter((node) => node.kind === 'source');
  const isModel = artifact.kind === 'model';
  const evaluation = artifact.kind === 'evaluation' ? artifact : artifact.evaluations[0];
  const mayDownload = viewer?.permissions.includes('artifact.download') ?? false;
  return (
    <ClientMessages of={['common', 'artifact', ...(isModel ? (['run', 'playground'] as const) : [])]}>
      <Watch on={['artifact', 'release', ...sources.map((source) => `source:${source.id}`)]} />
      <PageHead
        parent={{ href: '/artifacts', label: artifacts('title') }}
        title={artifactTitle(artifact.title, titles)}
        meta={
          <>
            <Badge tone={isModel ? 'ai' : 'plain'}>{kinds(artifact.kind as 'model')}</Badge>
            <span className="tabular-nums">{bytes(artifact.bytes, locale)}</span>
            <span className="text-ink-3">
              <Time at={artifact.registeredAt} />
            </span>
            <code className="font-mono text-xs break-all text-ink-3">{artifact.artifactId}</code>
          </>
        }
        actions={
          <>
            {mayRelease && (
              <Link href={`/releases/new?artifact=${artifact.artifactId}`} className={buttonLook('quiet')}>
                {release('draft')}
              </Link>
            )}
            {isModel && (
              <Link href={`/playground/${artifact.artifactId}`} className={buttonLook('primary')}>
                <Play aria-hidden className="size-4" />
                {t('tryIt')}
              </Link>
            )}
            {artifact.kind === 'corpus' && (
              <Link href={`/corpora/${artifact.artifactId}`} className={buttonLook('primary')}>
                {corpus('open')}
              </Link>
            )}
            {artifact.kind === 'documents' && (
              <Link href={`/filters?artifact=${artifact.artifactId}`} className={buttonLook('quiet')}>
                {filterPreview('open')}
              </Link>
            )}
          </>
        }
      />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          {releases.items.length > 0 && (
            <Section title={release('ofArtifact')}>
              <ReleaseRows releases={releases.items} caption={release('ofArtifact')} />
            </Section>
          )}
          {evaluation && <Evaluation artifactId={evaluation.artifactId} />}
          {isModel && <ModelSections artifact={artifact} viewer={viewer} />}
          <Section title={t('files')}>
            <FileTable artifact={artifact} mayDownload={mayDownload} signedIn={viewer !== null} />
          </Section>
          {isModel && (
            <Section title={t('load')}>
              <p className="phrase mb-3 text-sm text-ink-2">{t('loadLead')}</p>
              <CopyBlock label={t('load')} text={loadSnippet(artifact)} />
            </Section>
          )}
        </div>
        <aside className="min-w-0">
          <Section title={t('verdict')}>
            <VerdictCard verdict={artifact.manifest.licence} />
            <p className="phrase mt-2 text-sm text-ink-3">{t('verdictLead')}</p>
          </Section>
          <Section title={t('facts')}>
            <Provenance artifact={artifact} />
          </Section>
          {Object.keys(artifact.manifest.stats).length > 0 && (
            <Section title={t('stats')}>
              <StatsTable stats={artifact.manifest.stats} />
            </Section>
          )}
        </aside>
      </div>
      <Section title={t('lineage')} id="lineage">
        <p className="phrase mb-3 text-sm text-ink-2">{t('lineageLead')}</p>
        <LineageGraph lineage={lineage} current={artifact.artifactId} />
        <h3 className="mt-6 mb-2 text-base">{t('lineageSources')}</h3>
        <ul className="grid gap-2 sm:grid-cols-2">
          {sources.map((source) => (
            <li key={source.id} className="card px-4 py-3">
              <p className="flex flex-wrap items-baseline justify-between gap-2">
                <Link className="link" href={`/sources/${source.id}`}>
                  {locale === 'ja' ? source.title : source.titleEn}
                </Link>
                <SourceStateBadge state={source.state} />
              </p>
              <p className="text-sm break-words text-ink-3">{source.licence}</p>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t('usedBy')}>
        {artifact.usedBy.length > 0 ? (
          <ArtifactRows artifacts={artifact.usedBy} caption={t('usedBy')} />
        ) : (
          <p className="text-ink-2">{t('notUsed')}</p>
        )}
      </Section>
    </ClientMessages>
  );
}
