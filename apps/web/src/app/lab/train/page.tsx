import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { texts } from '../../../features/lab/texts.ts';
import { TrainLab } from '../../../features/lab/train-lab.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { PageHead } from '../../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('lab'))('title') };
}

/** Open to everybody: the training happens in the visitor's browser and asks nothing of the hub. */
export default async function TrainLabPage() {
  const [t, locale] = await Promise.all([getTranslations('lab'), getLocale()]);
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} />
      <ClientMessages of={['common', 'lab']}>
        <TrainLab text={texts[locale] ?? texts.en ?? ''} />
      </ClientMessages>
    </>
  );
}
