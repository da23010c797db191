import type { ArtifactSummary } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { artifactTitle } from '../../lib/artifact-title.ts';
import { bytes } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Rights } from '../sources/source-bits.tsx';

/** Artifacts as rows. */
export async function ArtifactRows({
  artifacts,
  caption,
}: {
  artifacts: ArtifactSummary[];
  caption: string;
}) {
  const [t, kinds, titles, locale] = await Promise.all([
    getTranslations('artifacts'),
    getTranslations('artifactKind'),
    getTranslations('artifactTitle'),
    getLocale(),
  ]);
  return (
    <Table
      caption={caption}
      rows={artifacts}
      rowKey={(artifact) => artifact.artifactId}
      columns={[
        {
          head: t('name'),
          cell: (artifact) => (
            <>
              <Link className="link font-medium" href={`/artifacts/${artifact.artifactId}`}>
                {artifactTitle(artifact.title, titles)}
              </Link>
              <span className="block font-mono text-xs leading-6 text-ink-3">
                {artifact.artifactId.slice(0, 16)}
              </span>
              {artifact.withdrawn && <Badge tone="plain">{t('withdrawn')}</Badge>}
            </>
          ),
        },
        {
          head: t('kind'),
          cell: (artifact) => (
            <Badge tone={artifact.kind === 'model' ? 'ai' : 'plain'}>{kinds(artifact.kind as 'model')}</Badge>
          ),
        },
        { head: t('rights'), wide: true, cell: (artifact) => <Rights rights={artifact.rights} /> },
        { head: t('size'), numeric: true, cell: (artifact) => bytes(artifact.bytes, locale) },
        {
          head: t('made'),
          wide: true,
          cell: (artifact) => (
            <span className="text-sm whitespace-nowrap text-ink-3">
              <Time at={artifact.registeredAt} />
            </span>
          ),
        },
      ]}
    />
  );
}
