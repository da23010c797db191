import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { ScrollRegion } from './scroll-region.tsx';

export interface Column<Row> {
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  /** Hidden on narrow screens. */
  wide?: boolean;
}

/** Rows of one kind; scrolls sideways on its own when the screen is narrow. */
export function Table<Row>(props: {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
}) {
  const look = (column: Column<Row>) =>
    cx(
      column.numeric ? 'text-right whitespace-nowrap tabular-nums' : 'text-left',
      column.wide && 'max-md:hidden',
    );
  return (
    <ScrollRegion label={props.caption} className="card">
      <table className="w-full border-collapse text-[0.93rem]">
        <caption className="sr-only">{props.caption}</caption>
        <thead>
          <tr className="border-b border-line text-sm text-ink-3">
            {props.columns.map((column, index) => (
              <th key={index} scope="col" className={cx('px-4 py-2.5 font-medium', look(column))}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {props.rows.map((row) => (
            <tr key={props.rowKey(row)} className="align-top hover:bg-sunken/50">
              {props.columns.map((column, index) => (
                <td key={index} className={cx('px-4 py-3', look(column))}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
