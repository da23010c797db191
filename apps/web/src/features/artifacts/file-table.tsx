import type { ArtifactDetail } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { bytes } from '../../lib/labels.ts';
import { Table } from '../../ui/table.tsx';
import { Download } from './download.tsx';

/** The files of an artifact; downloads go through the licence gate of the hub. */
export async function FileTable(props: {
  artifact: ArtifactDetail;
  mayDownload: boolean;
  signedIn: boolean;
}) {
  const [t, artifacts, locale] = await Promise.all([
    getTranslations('artifact'),
    getTranslations('artifacts'),
    getLocale(),
  ]);
  const { artifactId, manifest } = props.artifact;
  const open = manifest.licence.rights.redistribute;
  return (
    <>
      <Table
        caption={t('files')}
        rows={manifest.files}
        rowKey={(file) => file.path}
        columns={[
          {
            head: t('file'),
            cell: (file) => (
              <>
                <span className="font-mono text-[0.9rem] break-all">{file.path}</span>
                <span className="block font-mono text-xs leading-6 text-ink-3" title={file.sha256}>
                  sha256 {file.sha256.slice(0, 16)}…
                </span>
              </>
            ),
          },
          {
            head: artifacts('size'),
            numeric: true,
            cell: (file) => <span className="whitespace-nowrap">{bytes(file.size, locale)}</span>,
          },
          {
            head: <span className="sr-only">{t('download')}</span>,
            numeric: true,
            cell: (file) =>
              open && props.mayDownload && <Download artifactId={artifactId} path={file.path} />,
          },
        ]}
      />
      {!open && <p className="mt-2 text-sm text-shu">{t('notDownloadable')}</p>}
      {open && !props.signedIn && <p className="mt-2 text-sm text-ink-3">{t('signInToDownload')}</p>}
    </>
  );
}
