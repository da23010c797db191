import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Alarms } from '../../features/operations/alarms.tsx';
import { Followers } from '../../features/operations/followers.tsx';
import { Storage } from '../../features/operations/storage.tsx';
import { FailingWebhooks, StuckJobs } from '../../features/operations/trouble.tsx';
import { Poll } from '../../features/shell/poll.tsx';
import { ClientMessages } from '../../i18n/client-messages.tsx';
import { api, viewerOfPage } from '../../server/api.ts';
import { Empty, PageHead } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('operations'))('title') };
}

export default async function OperationsPage() {
  const [t, viewer] = await Promise.all([getTranslations('operations'), viewerOfPage()]);
  // The procedure behind it refuses as well; this only spares people a page of an error.
  if (!viewer?.permissions.includes('hub.operate'))
    return (
      <Empty alone title={t('signIn')}>
        {t('signInLead')}
      </Empty>
    );
  const report = await (await api()).hub.operations();
  return (
    <ClientMessages of={['common']}>
      <Poll seconds={10} />
      <PageHead title={t('title')} lead={t('lead')} meta={<Time at={report.at} exact />} />
      <Alarms alarms={report.alarms} />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          <Followers report={report} />
          <StuckJobs jobs={report.jobs} />
          <FailingWebhooks webhooks={report.webhooks} />
        </div>
        <aside>
          <Storage report={report} />
        </aside>
      </div>
    </ClientMessages>
  );
}
