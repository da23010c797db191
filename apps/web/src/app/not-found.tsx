import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { buttonLook } from '../ui/button.tsx';
import { Empty } from '../ui/page.tsx';

export default async function NotFound() {
  const t = await getTranslations('notFound');
  return (
    <Empty
      alone
      title={t('title')}
      action={
        <Link href="/" className={buttonLook('primary')}>
          {t('home')}
        </Link>
      }
    >
      {t('lead')}
    </Empty>
  );
}
