import { createParagraphWriter } from './paragraph-writer.ts';
import { expandEscapes, PREDEFINED_STRINGS } from './roff-escapes.ts';
import { createMdocReader } from './roff-mdoc.ts';
import { readRoffTable } from './roff-table.ts';

/**
 * Turns a manual page into plain text: man(7) and the common part of mdoc(7) over the requests of roff(7). Headings
 * and list tags stand on lines of their own, paragraphs are unwrapped and parted by blank lines, unfilled blocks keep
 * their lines, tables become tab-separated lines. Layout, page titles and comments are dropped. A page that only
 * refers to another one (`.so`) gives the empty string.
 */
export function roffToText(source: string): string {
  const lines = logicalLines(source);
  const isMdoc = lines.some((line) => /^\.\s*(Dd|Sh)\b/.test(line));
  const reader = createRoffReader(lines, isMdoc);
  while (reader.next());
  return reader.result();
}

/** Joins lines that end in a single backslash with their successor. */
function logicalLines(source: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const line of source.split(/\r?\n/)) {
    const slashes = /\\*$/.exec(line)?.[0].length ?? 0;
    if (slashes % 2 === 1 && !/^[.']\\"/.test(line)) open += line.slice(0, -1);
    else {
      lines.push(open + line);
      open = '';
    }
  }
  if (open !== '') lines.push(open);
  return lines;
}

/** Requests and macros that print nothing by themselves. */
const SILENT = new Set(
  `TH Dd Dt Os PD AT UC DT IX ad af am as bp cf ch cs cu da di ev fam fc ft hc hw hy in it lc ll ls lt mk na ne nh nm nn
  nr ns nx pc pl pm pn po ps rd rm rn rr rs rt so ss sv ta tc tl tm tr uf ul vs wh lf do pso color cp mso nop hla hcode
  warn defcolor fp lg kern tkf chop length substring while return break continue aln als Bk Ek Sm em ec eo cc c2 rj`.split(
    /\s+/,
  ),
);
const PARAGRAPH = new Set(['PP', 'LP', 'P', 'HP', 'sp', 'Sp', 'Pp', 'Lp', 'SP']);
const BREAK = new Set(['br', 'ti', 'ce', 'YS', 'RS', 'RE', 'in']);
const NO_FILL = new Set(['nf', 'EX', 'Vb', 'DS', 'CS']);
const FILL = new Set(['fi', 'EE', 'Ve', 'DE', 'CE']);
const ALTERNATING = new Set(['BR', 'RB', 'BI', 'IB', 'IR', 'RI', 'SB']);

function createRoffReader(lines: string[], isMdoc: boolean) {
  const writer = createParagraphWriter();
  const strings = new Map(Object.entries(PREDEFINED_STRINGS));
  const expand = (text: string) => expandEscapes(text, strings);
  const mdoc = isMdoc ? createMdocReader(writer, expand) : null;
  let at = 0;
  let elseTaken = false;
  let link = '';

  const skipTo = (end: string) => {
    while (at < lines.length && !new RegExp(`^[.']\\s*${end}\\s*$`).test(lines[at])) at += 1;
    at += 1;
  };
  const conditional = (body: string, holds: boolean) => {
    if (holds) return line(body.replace(/^\\\{\s*/, ''));
    let depth = braces(body);
    while (depth > 0 && at < lines.length) depth += braces(lines[at++]);
  };
  const define = (text: string) => {
    const [, name, value] = /^(\S+)\s?\s*(.*)$/.exec(text) ?? [];
    if (name) strings.set(name, (value ?? '').replace(/^"/, ''));
  };
  const macro = (name: string, rest: string) => {
    if (name === 'if' || name === 'ie') {
      const { holds, body } = readCondition(rest);
      if (name === 'ie') elseTaken = !holds;
      return conditional(body, holds);
    }
    if (name === 'el') return conditional(rest, elseTaken);
    if (name === 'de' || name === 'am' || name === 'ig' || name === 'de1') {
      const end = parseArguments(rest)[name === 'ig' ? 0 : 1];
      return skipTo(end ? end.replace(/[^\w]/g, '\\$&') : '\\.');
    }
    if (name === 'ds') return define(rest);
    if (name === 'TS') {
      const table = readRoffTable(lines, at, expand);
      at = table.next;
      writer.paragraph();
      writer.setFill(false);
      for (const row of table.rows) writer.text(row);
      writer.setFill(true);
      return;
    }
    const args = parseArguments(rest).map(expand);
    if (mdoc?.macro(name, args)) return;
    manMacro(name, args);
  };
  const manMacro = (name: string, args: string[]) => {
    if (SILENT.has(name)) return;
    if (PARAGRAPH.has(name)) return writer.paragraph();
    if (BREAK.has(name)) return writer.lineBreak();
    if (NO_FILL.has(name)) return writer.setFill(false);
    if (FILL.has(name)) return writer.setFill(true);
    if (name === 'SH' || name === 'SS') {
      return args.length > 0 ? writer.heading(args.join(' ')) : writer.expectHeading();
    }
    if (name === 'TP' || name === 'TQ') {
      if (name === 'TP') writer.paragraph();
      writer.lineBreak();
      return writer.expectTag();
    }
    if (name === 'IP') return listItem(args[0] ?? '');
    if (name === 'UR' || name === 'MT') {
      link = args[0] ?? '';
      return;
    }
    if (name === 'UE' || name === 'ME') {
      if (link) writer.text(`<${link}>${args[0] ?? ''}`);
      link = '';
      return;
    }
    if (name === 'OP') return writer.text(`[${args.join(' ')}]`);
    const text = args.join(ALTERNATING.has(name) ? '' : ' ');
    if (text !== '') writer.text(text);
  };
  const listItem = (tag: string) => {
    writer.paragraph();
    const mark = tag.trim();
    if (mark === '') return;
    if (/^[\u2022*o\u00b7\u30fb-]$/.test(mark)) return writer.text('-');
    writer.text(mark);
    if (!/^\(?\d+[.)]?$/.test(mark)) writer.lineBreak();
  };
  const line = (raw: string) => {
    const control = /^[.']\s*([^\s\\]+|\\\S*)?\s*(.*)$/.exec(raw);
    if (!control) {
      const text = expand(raw);
      if (text.trim() === '') writer.paragraph();
      else if (/^\s/.test(text) && !/^\s*$/.test(text)) {
        writer.lineBreak();
        writer.text(text);
      } else writer.text(text);
      return;
    }
    const [, name = '', rest] = control;
    if (name !== '' && !name.startsWith('\\')) macro(name, rest);
  };
  return {
    next(): boolean {
      if (at >= lines.length) return false;
      line(lines[at++]);
      return true;
    },
    result: () => writer.result(),
  };
}

function braces(text: string): number {
  return (text.match(/\\\{/g)?.length ?? 0) - (text.match(/\\\}/g)?.length ?? 0);
}

/** Text is read as nroff prints it: `n` holds, `t` does not, the formatter is groff, other comparisons do not hold. */
function readCondition(text: string): { holds: boolean; body: string } {
  const match =
    /^(!?)\s*([ntoevc](?=\s|\\|$|[.'])|\\n(?:\(\.g|\[\.g\])|'[^']*'[^']*'|"[^"]*"[^"]*"|\S+)\s*(.*)$/.exec(
      text,
    );
  if (!match) return { holds: false, body: '' };
  const [, not, condition, body] = match;
  const quoted = /^(['"])(.*)\1(.*)\1$/.exec(condition);
  const holds = quoted ? quoted[2] === quoted[3] : condition === 'n' || condition.startsWith('\\n');
  return { holds: holds !== (not === '!'), body };
}

/** Arguments of a macro: parted by spaces, in double quotes where they hold spaces, `""` for a quote inside them. */
export function parseArguments(text: string): string[] {
  const args: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"?|((?:\\.|[^\s\\])+))/gy;
  const uncommented = text.replace(/(^|[^\\])\\["#].*$/, '$1');
  for (let match = pattern.exec(uncommented); match; match = pattern.exec(uncommented)) {
    args.push(match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2]);
  }
  return args;
}
