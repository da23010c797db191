import { getTranslations } from 'next-intl/server';

/** The shape of a list while its rows are on their way. */
export default async function Loading() {
  const t = await getTranslations('common');
  return (
    <div role="status" aria-label={t('loading')}>
      <div className="skeleton mb-4 h-9 w-48" />
      <div className="skeleton mb-8 h-5 w-96 max-w-full" />
      <div className="card space-y-4 p-4">
        {[0, 1, 2, 3, 4].map((row) => (
          <div key={row} className="skeleton h-7" />
        ))}
      </div>
    </div>
  );
}
