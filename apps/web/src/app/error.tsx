'use client';
import { useTranslations } from 'next-intl';
import { Button } from '../ui/button.tsx';

/** Something broke on the server. People get a reference to name, and a way on. */
export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations('error');
  return (
    <div role="alert" className="card mx-auto max-w-xl px-6 py-12 text-center">
      <h1 className="text-xl">{t('title')}</h1>
      <p className="phrase mt-2 text-ink-2">{t('lead')}</p>
      {error.digest && (
        <p className="mt-1 font-mono text-sm text-ink-3">{t('digest', { digest: error.digest })}</p>
      )}
      <div className="mt-5">
        <Button look="primary" onClick={reset}>
          {t('retry')}
        </Button>
      </div>
    </div>
  );
}
