import { rejectionCodes, rejectionTemplate } from '@tsudoi/schema';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { httpStatusOf } from '../../../server/rejections.ts';
import { PageHead, Section } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('refusals'))('title') };
}

/** Every refusal by its stable code, with the status and the text that go with it. */
export default async function RefusalsPage() {
  const [t, developers, locale] = await Promise.all([
    getTranslations('refusals'),
    getTranslations('developers'),
    getLocale(),
  ]);
  const rows = rejectionCodes.map((code) => ({
    code: code as string,
    status: httpStatusOf(code),
    text: rejectionTemplate(code, locale),
  }));
  const all = [...rows, { code: 'internal', status: 500, text: t('internal') }];
  const groups = Map.groupBy(all, ({ code }) => code.split('.')[0] ?? '');
  return (
    <>
      <PageHead
        parent={{ href: '/developers', label: developers('title') }}
        title={t('title')}
        lead={t('lead', { count: all.length })}
      />
      {[...groups].map(([group, refusals]) => (
        <Section key={group} id={group} title={<code className="font-mono text-base">{group}</code>}>
          <Table
            caption={`${t('title')}: ${group}`}
            rows={refusals}
            rowKey={({ code }) => code}
            columns={[
              {
                head: t('code'),
                cell: ({ code }) => <code className="font-mono text-sm break-all">{code}</code>,
              },
              { head: t('status'), numeric: true, cell: ({ status }) => status },
              { head: t('text'), cell: ({ text }) => <span className="phrase">{text}</span> },
            ]}
          />
        </Section>
      ))}
    </>
  );
}
