import type { Metadata } from 'next';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { ReleaseRows } from '../../../features/releases/release-rows.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { api } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Empty, PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('releases'))('title') };
}

export default async function ReleasesPage(props: { searchParams: Promise<{ after?: string }> }) {
  const { after } = await props.searchParams;
  const [t, page] = await Promise.all([
    getTranslations('releases'),
    api().then((hub) => hub.releases.list({ after })),
  ]);
  return (
    <>
      <Watch on={['release']} />
      <PageHead
        title={t('title')}
        lead={t('lead')}
        actions={
          <Link href="/credits" className={buttonLook('quiet')}>
            {t('toCredits')}
          </Link>
        }
      />
      {page.items.length === 0 ? (
        <Empty
          title={t('empty')}
          action={
            <Link href="/artifacts?kind=model" className={buttonLook('quiet')}>
              {t('toModels')}
            </Link>
          }
        >
          {t('emptyLead')}
        </Empty>
      ) : (
        <ReleaseRows releases={page.items} caption={t('title')} />
      )}
      {page.next && (
        <p className="mt-4">
          <Link className="link" href={`/releases?after=${encodeURIComponent(page.next)}`}>
            {t('older')}
          </Link>
        </p>
      )}
    </>
  );
}
