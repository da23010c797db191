import type { Timing } from './build.ts';
import type { CorpusManifest } from './manifest.ts';
import { reportTables } from './report-tables.ts';

/** The report of a build as Markdown. */
export function markdownReport(manifest: CorpusManifest, timings: readonly Timing[]): string {
  const { title, description } = manifest;
  const parts = reportTables(manifest, timings).map(({ title: heading, note, head, rows }) => {
    const line = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(' | ')} |`;
    const align = head.map((_, i) => (rows.every((row) => typeof row[i] === 'number') ? '--:' : '---'));
    return [
      `## ${heading}`,
      '',
      ...(note ? [note.ja, '', note.en, ''] : []),
      line(head),
      line(align),
      ...rows.map(line),
    ].join('\n');
  });
  return `${[`# ${title.ja} / ${title.en}`, description.ja, description.en, ...parts].join('\n\n')}\n`;
}

const cell = (value: string | number) =>
  typeof value === 'number' ? value.toLocaleString('en') : value.replaceAll('|', '\\|');
