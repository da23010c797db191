import type { CorpusStatistics } from '@tsudoi/engine/corpus/pages';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { bytes } from '../../lib/labels.ts';
import { Table } from '../../ui/table.tsx';

type Amount = CorpusStatistics['languages'][string];

/** Documents, characters and bytes by group, the largest first. */
export async function Amounts(props: {
  caption: string;
  head: string;
  groups: Record<string, Amount>;
  label?: (name: string) => ReactNode;
}) {
  const [t, locale] = await Promise.all([getTranslations('corpus'), getLocale()]);
  const number = (value: number) => value.toLocaleString(locale);
  const rows = Object.entries(props.groups).sort(([, a], [, b]) => b.bytes - a.bytes);
  return (
    <Table
      caption={props.caption}
      rows={rows}
      rowKey={([name]) => name}
      columns={[
        { head: props.head, cell: ([name]) => props.label?.(name) ?? name },
        { head: t('documents'), numeric: true, cell: ([, amount]) => number(amount.documents) },
        { head: t('characters'), numeric: true, wide: true, cell: ([, amount]) => number(amount.characters) },
        { head: t('bytes'), numeric: true, cell: ([, amount]) => bytes(amount.bytes, locale) },
      ]}
    />
  );
}
