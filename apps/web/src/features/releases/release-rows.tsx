import type { ReleaseSummary } from '@tsudoi/schema';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { ReleaseStateBadge } from './release-bits.tsx';

/** Releases as rows. */
export async function ReleaseRows({ releases, caption }: { releases: ReleaseSummary[]; caption: string }) {
  const [t, common] = await Promise.all([getTranslations('releases'), getTranslations('common')]);
  return (
    <Table
      caption={caption}
      rows={releases}
      rowKey={({ releaseId }) => releaseId}
      columns={[
        {
          head: t('name'),
          cell: (release) => (
            <>
              <Link className="link font-medium" href={`/releases/${release.releaseId}`}>
                {release.slug}
              </Link>{' '}
              <span className="tabular-nums">{release.version}</span>
            </>
          ),
        },
        { head: t('state'), cell: (release) => <ReleaseStateBadge state={release.state} /> },
        {
          head: t('approvals'),
          numeric: true,
          wide: true,
          cell: (release) => `${release.approvals} / ${release.approvalsNeeded}`,
        },
        {
          head: t('author'),
          wide: true,
          cell: (release) => (
            <span className="text-sm whitespace-nowrap text-ink-2">
              {release.author.displayName || common('erasedPerson')}
              <span className="block text-ink-3">
                <Time at={release.releasedAt ?? release.draftedAt} />
              </span>
            </span>
          ),
        },
      ]}
    />
  );
}
