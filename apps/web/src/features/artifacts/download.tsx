'use client';
import { Download as DownloadIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { refusalOf, trpc } from '../../lib/trpc.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';

/** Asks for a short-lived address and follows it. */
export function Download({ artifactId, path }: { artifactId: string; path: string }) {
  const t = useTranslations('artifact');
  const common = useTranslations('common');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <>
      <Button
        small
        busy={busy}
        aria-label={t('downloadNamed', { path })}
        onClick={async () => {
          setBusy(true);
          setProblem(null);
          try {
            const { url } = await trpc.artifacts.grantDownload.mutate({ artifactId, path });
            window.location.assign(url);
          } catch (error) {
            setProblem(refusalOf(error).text || common('unexpected'));
          } finally {
            setBusy(false);
          }
        }}
      >
        <DownloadIcon aria-hidden className="size-4" />
        <span className="max-sm:sr-only">{busy ? t('downloading') : t('download')}</span>
      </Button>
      <FieldError id={`download-${path}`} text={problem} />
    </>
  );
}
