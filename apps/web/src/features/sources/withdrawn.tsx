import type { SourceDetail } from '@tsudoi/schema';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { api, orNotFound } from '../../server/api.ts';
import { buttonLook } from '../../ui/button.tsx';
import { addressOf } from '../../ui/list-tools.tsx';
import { Section } from '../../ui/page.tsx';
import { Descendants } from './descendants.tsx';

/** What a withdrawal concerns: why it was withdrawn, and everything that holds documents of the source. */
export async function Withdrawn({ source, after }: { source: SourceDetail; after?: string }) {
  const { sourceId } = source;
  const hub = await api();
  const [t, { items, next }] = await Promise.all([
    getTranslations('source'),
    orNotFound(hub.sources.descendants({ sourceId, after })),
  ]);
  const reason = source.history.find(({ type }) => type === 'SourceWithdrawn')?.data.reason;
  return (
    <>
      <div className="mb-8 rounded-xl bg-shu-soft px-5 py-4">
        <p className="phrase font-medium text-shu">{t('withdrawnNotice')}</p>
        {typeof reason === 'string' && (
          <p className="mt-1 whitespace-pre-line">{t('withdrawnReason', { reason })}</p>
        )}
      </div>
      <Section
        id="descendants"
        title={t('descendants')}
        aside={
          <a className="link" href={`/api/v1/sources/${sourceId}/descendants`}>
            {t('descendantsAll')}
          </a>
        }
      >
        {items.length === 0 ? (
          <p className="phrase text-ink-2">{t('descendantsNone')}</p>
        ) : (
          <>
            <p className="phrase mb-3 text-ink-2">{t('descendantsAfter')}</p>
            <div className="card">
              <Descendants items={items} />
            </div>
          </>
        )}
        {next && (
          <p className="mt-3">
            <Link
              className={buttonLook('quiet', true)}
              href={`${addressOf(`/sources/${sourceId}`, { descendants: next })}#descendants`}
            >
              {t('descendantsNext')}
            </Link>
          </p>
        )}
      </Section>
    </>
  );
}
