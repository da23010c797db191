/**
 * A table of tbl(1), from the line after `.TS` to `.TE`: cells of a row are joined by tabs, rules are dropped.
 * `next` is the line after the table.
 */
export function readRoffTable(
  lines: string[],
  start: number,
  expand: (text: string) => string,
): { rows: string[]; next: number } {
  let at = start;
  let separator = '\t';
  if (/;\s*$/.test(lines[at] ?? '')) {
    separator = /tab\s*\((.)\)/.exec(lines[at])?.[1] ?? separator;
    at += 1;
  }
  while (at < lines.length && !/\.\s*$/.test(lines[at]) && !isEnd(lines[at])) at += 1;
  if (!isEnd(lines[at])) at += 1;
  const rows: string[] = [];
  for (; at < lines.length && !isEnd(lines[at]); at++) {
    if (/^[.'_=]/.test(lines[at]) && !/^\.\d/.test(lines[at])) continue;
    let row = lines[at];
    // A text block T{ ... T} is one cell over several lines.
    while (/T\{\s*$/.test(row) && at + 1 < lines.length) {
      const block: string[] = [];
      while (++at < lines.length && !lines[at].startsWith('T}') && !isEnd(lines[at])) {
        if (!/^[.']/.test(lines[at])) block.push(lines[at]);
      }
      if (isEnd(lines[at])) return { rows, next: at + 1 };
      row = row.replace(/T\{\s*$/, '') + block.join(' ') + (lines[at]?.slice(2) ?? '');
    }
    const cells = row.split(separator).map((cell) => expand(cell).trim());
    if (cells.some((cell) => !/^[_=]*$/.test(cell))) rows.push(cells.join('\t').trimEnd());
  }
  return { rows, next: at + 1 };
}

function isEnd(line: string | undefined): boolean {
  return line === undefined || /^[.']\s*TE\b/.test(line);
}
