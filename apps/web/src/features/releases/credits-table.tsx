import type { CreditRule, ReleaseDetail } from '@tsudoi/schema';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { Table } from '../../ui/table.tsx';

/** Who worked on a release, and on what. */
export async function CreditsTable({
  credits,
  caption,
}: {
  credits: ReleaseDetail['credits'];
  caption: string;
}) {
  const [t, common, words] = await Promise.all([
    getTranslations('credits'),
    getTranslations('common'),
    getTranslations('creditRule'),
  ]);
  return (
    <Table
      caption={caption}
      rows={credits}
      rowKey={({ person }) => person.personId}
      columns={[
        {
          head: t('person'),
          cell: ({ person }) => (
            <Link className="link" href={`/credits/${person.personId}`}>
              {person.displayName || common('erasedPerson')}
            </Link>
          ),
        },
        {
          head: t('what'),
          cell: ({ rules, statements }) => (
            <>
              {(Object.entries(rules) as [CreditRule, number][])
                .map(([rule, entries]) => `${words(rule)} ${entries}`)
                .join(' · ')}
              {statements.map((statement) => (
                <span key={statement} className="block text-sm text-ink-2">
                  {statement}
                </span>
              ))}
            </>
          ),
        },
      ]}
    />
  );
}
