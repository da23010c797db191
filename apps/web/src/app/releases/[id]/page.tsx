import { type ReleaseDetail, rolesPermit } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { LineageGraph } from '../../../features/artifacts/lineage-graph.tsx';
import { CreditsTable } from '../../../features/releases/credits-table.tsx';
import { WithdrawRelease } from '../../../features/releases/gate-actions.tsx';
import { Gates } from '../../../features/releases/gates.tsx';
import { GetIt } from '../../../features/releases/get-it.tsx';
import { ReleaseStateBadge } from '../../../features/releases/release-bits.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { VerdictCard } from '../../../features/sources/source-bits.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { artifactTitle } from '../../../lib/artifact-title.ts';
import { bytes } from '../../../lib/labels.ts';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { releaseDocuments } from '../../../server/releases/documents.ts';
import { PageHead, Section } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

interface Props {
  params: Promise<{ id: string }>;
}

async function load(props: Props): Promise<ReleaseDetail> {
  const { id } = await props.params;
  return orNotFound((await api()).releases.detail({ releaseId: id }));
}

export async function generateMetadata(props: Props) {
  const { slug, version } = await load(props);
  return { title: `${slug} ${version}` };
}

export default async function ReleasePage(props: Props) {
  const release = await load(props);
  const hub = await api();
  const { artifactId, releaseId } = release;
  const [artifact, lineage, viewer, t, common, kinds, titles, locale] = await Promise.all([
    hub.artifacts.detail({ artifactId }),
    hub.artifacts.lineage({ artifactId }),
    viewerOfPage(),
    getTranslations('releases'),
    getTranslations('common'),
    getTranslations('artifactKind'),
    getTranslations('artifactTitle'),
    getLocale(),
  ]);
  const mayWithdraw =
    release.state !== 'withdrawn' && rolesPermit(viewer?.roles ?? [], 'release.approve', release.groupId);
  const [mine, other] =
    locale === 'ja' ? [release.notesJa, release.notesEn] : [release.notesEn, release.notesJa];
  return (
    <ClientMessages of={['common', 'releases']}>
      <Watch
        on={[
          `release:${releaseId}`,
          ...lineage.nodes.filter((node) => node.kind === 'source').map((node) => `source:${node.id}`),
        ]}
      />
      <PageHead
        parent={{ href: '/releases', label: t('title') }}
        title={`${release.slug} ${release.version}`}
        meta={
          <>
            <ReleaseStateBadge state={release.state} />
            <span>{t('draftedBy', { name: release.author.displayName || common('erasedPerson') })}</span>
            <span className="text-ink-3">
              <Time at={release.releasedAt ?? release.draftedAt} />
            </span>
            <Link className="link" href={`/artifacts/${artifactId}`}>
              {kinds(artifact.kind as 'model')}: {artifactTitle(artifact.title, titles)}
            </Link>
          </>
        }
        actions={
          mayWithdraw && <WithdrawRelease releaseId={releaseId} released={release.state === 'released'} />
        }
      />
      {release.withdrawnBecause && (
        <p className="phrase mb-8 rounded-xl bg-shu-soft px-5 py-4 text-shu">
          <span className="mr-2 font-semibold">{t('withdrawnBecause')}</span>
          {release.withdrawnBecause}
        </p>
      )}
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <GetIt release={release} />
          <Section title={t('gates')}>
            <Gates release={release} artifact={artifact} viewer={viewer} />
          </Section>
          <Section title={t('notes')}>
            {mine || other ? (
              <p className="whitespace-pre-line" lang={mine ? locale : locale === 'ja' ? 'en' : 'ja'}>
                {mine || other}
              </p>
            ) : (
              <p className="text-ink-2">{t('noNotes')}</p>
            )}
          </Section>
          <Section title={t('files')}>
            <Table
              caption={t('files')}
              rows={artifact.manifest.files}
              rowKey={({ path }) => path}
              columns={[
                {
                  head: t('file'),
                  cell: ({ path, sha256 }) => (
                    <>
                      <span className="font-mono text-[0.9rem] break-all">
                        {release.state === 'released' ? (
                          <a className="link" href={`/api/releases/${releaseId}/files/${path}`} download>
                            {path}
                          </a>
                        ) : (
                          path
                        )}
                      </span>
                      <span className="block font-mono text-xs leading-6 break-all text-ink-3">
                        sha256 {sha256}
                      </span>
                    </>
                  ),
                },
                {
                  head: t('size'),
                  numeric: true,
                  cell: ({ size }) => <span className="whitespace-nowrap">{bytes(size, locale)}</span>,
                },
              ]}
            />
          </Section>
          <Section title={t('creditsTitle')}>
            <p className="phrase mb-3 text-sm text-ink-2">{t('creditsLead')}</p>
            {release.credits.length > 0 ? (
              <CreditsTable credits={release.credits} caption={t('creditsTitle')} />
            ) : (
              <p className="text-ink-2">{t('noCredits')}</p>
            )}
          </Section>
        </div>
        <aside className="min-w-0">
          <Section title={t('licence')}>
            <VerdictCard verdict={artifact.manifest.licence} />
          </Section>
          <Section title={t('documents')}>
            <ul className="space-y-1.5">
              {Object.keys(releaseDocuments).map((name) => (
                <li key={name}>
                  <a className="link font-mono text-sm" href={`/api/releases/${releaseId}/${name}`} download>
                    {name}
                  </a>
                </li>
              ))}
            </ul>
            {release.creditsHash && (
              <p className="mt-3 text-sm text-ink-3">
                {t('creditsHash')}
                <span className="block font-mono text-xs break-all">{release.creditsHash}</span>
              </p>
            )}
          </Section>
        </aside>
      </div>
      <Section title={t('lineage')}>
        <LineageGraph lineage={lineage} current={artifactId} />
      </Section>
    </ClientMessages>
  );
}
