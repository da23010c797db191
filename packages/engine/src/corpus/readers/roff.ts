import { ParagraphWriter } from './paragraph-writer.ts';
import { expandEscapes, PREDEFINED_STRINGS } from './roff-escapes.ts';
import { ManMacros } from './roff-man.ts';
import { MdocMacros } from './roff-mdoc.ts';
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
  return new RoffReader(lines, isMdoc).read();
}

/** Joins lines that end in a single backslash with their successor. */
function logicalLines(source: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const line of source.split(/\r?\n/)) {
    let slashes = 0;
    while (line[line.length - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 1 && !/^[.']\\"/.test(line)) open += line.slice(0, -1);
    else {
      lines.push(open + line);
      open = '';
    }
  }
  if (open !== '') lines.push(open);
  return lines;
}

/** A string defined by `.ds` may be this long, and conditions nest this deep; no honest page comes near. */
const MAX_STRING = 10_000;
const MAX_NESTING = 100;

/** Walks over the lines: requests of roff(7) are done here, macros are handed to man(7) or mdoc(7). */
class RoffReader {
  private readonly lines: string[];
  private readonly writer = new ParagraphWriter();
  private readonly strings = new Map(Object.entries(PREDEFINED_STRINGS));
  private readonly man = new ManMacros(this.writer);
  private readonly mdoc: MdocMacros | null;
  private at = 0;
  private nesting = 0;
  private elseTaken = false;

  constructor(lines: string[], isMdoc: boolean) {
    this.lines = lines;
    this.mdoc = isMdoc ? new MdocMacros(this.writer) : null;
  }

  read(): string {
    while (this.at < this.lines.length) this.line(this.lines[this.at++]);
    return this.writer.result();
  }

  private readonly expand = (text: string): string => expandEscapes(text, this.strings);

  private line(raw: string): void {
    const control = /^[.']\s*([^\s\\]+|\\\S*)?\s*(.*)$/.exec(raw);
    if (control) {
      const [, name = '', rest] = control;
      if (name !== '' && !name.startsWith('\\')) this.request(name, rest);
      return;
    }
    const text = this.expand(raw);
    if (text.trim() === '') this.writer.paragraph();
    else {
      if (/^\s/.test(text)) this.writer.lineBreak();
      this.writer.text(text);
    }
  }

  private request(name: string, rest: string): void {
    if (name === 'if' || name === 'ie') {
      const { holds, body } = readCondition(rest);
      if (name === 'ie') this.elseTaken = !holds;
      this.conditional(body, holds);
    } else if (name === 'el') this.conditional(rest, this.elseTaken);
    else if (name === 'de' || name === 'de1' || name === 'am') this.skipTo(parseArguments(rest)[1]);
    else if (name === 'ig') this.skipTo(parseArguments(rest)[0]);
    else if (name === 'ds') this.define(rest);
    else if (name === 'TS') this.table();
    else {
      const args = parseArguments(rest).map(this.expand);
      if (!this.mdoc?.run(name, args)) this.man.run(name, args);
    }
  }

  private conditional(body: string, holds: boolean): void {
    if (holds && this.nesting < MAX_NESTING) {
      this.nesting += 1;
      this.line(body.replace(/^\\\{\s*/, ''));
      this.nesting -= 1;
      return;
    }
    let depth = braces(body);
    while (depth > 0 && this.at < this.lines.length) depth += braces(this.lines[this.at++]);
  }

  /** Passes over the body of a definition, up to `..` or `.END`. */
  private skipTo(end = '.'): void {
    while (this.at < this.lines.length) {
      const line = this.lines[this.at++];
      if ((line[0] === '.' || line[0] === "'") && line.slice(1).trim() === end) return;
    }
  }

  /** Escapes are expanded at once, so that strings cannot build each other up. */
  private define(text: string): void {
    const [, name, value = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
    if (name) this.strings.set(name, this.expand(value.replace(/^"/, '')).slice(0, MAX_STRING));
  }

  private table(): void {
    const { rows, next } = readRoffTable(this.lines, this.at, this.expand);
    this.at = next;
    this.writer.paragraph();
    this.writer.setFill(false);
    for (const row of rows) this.writer.text(row);
    this.writer.setFill(true);
  }
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
