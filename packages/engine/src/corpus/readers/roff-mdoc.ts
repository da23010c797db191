import type { ParagraphWriter } from './paragraph-writer.ts';

/** What an inline macro puts around its arguments. */
const WRAP: Record<string, [string, string]> = {
  Op: ['[', ']'],
  Oo: ['[', ''],
  Oc: ['', ']'],
  Dq: ['\u201c', '\u201d'],
  Do: ['\u201c', ''],
  Dc: ['', '\u201d'],
  Qq: ['"', '"'],
  Qo: ['"', ''],
  Qc: ['', '"'],
  Sq: ["'", "'"],
  So: ["'", ''],
  Sc: ['', "'"],
  Ql: ["'", "'"],
  Pq: ['(', ')'],
  Po: ['(', ''],
  Pc: ['', ')'],
  Bq: ['[', ']'],
  Bo: ['[', ''],
  Bc: ['', ']'],
  Brq: ['{', '}'],
  Aq: ['<', '>'],
  Ao: ['<', ''],
  Ac: ['', '>'],
};
const PLAIN = new Set(
  `Ar Cm Pa Em Sy Li Dv Ev Va Vt Fa Ft Ic An Tn Er Ad Lk Mt Cd Fd In Lb No Ms Sx St Xo Xc Ux Bx Fx Nx Ox Dx Bsx At Rv
  Ex Rs Re Bt Ud Fo Fc Nd Ap`.split(/\s+/),
);
const SYSTEMS: Record<string, string> = {
  Ux: 'UNIX',
  Bx: 'BSD',
  Fx: 'FreeBSD',
  Nx: 'NetBSD',
  Ox: 'OpenBSD',
  Dx: 'DragonFly',
  Bsx: 'BSD/OS',
};
const CALLABLE = new Set([...Object.keys(WRAP), ...PLAIN, 'Fl', 'Nm', 'Xr', 'Ns', 'Fn']);
const CLOSING = /^[.,:;?!)\]]$/;
const OPENING = /^[([]$/;

/** The common part of mdoc(7): sections, lists, displays and the inline macros, without their fonts. */
export class MdocMacros {
  private readonly writer: ParagraphWriter;
  private readonly lists: string[] = [];
  private pageName = '';

  constructor(writer: ParagraphWriter) {
    this.writer = writer;
  }

  /** Returns false when the macro is not one of mdoc. */
  run(name: string, args: string[]): boolean {
    const { writer, lists } = this;
    if (name === 'Sh' || name === 'Ss') writer.heading(args.join(' '));
    else if (name === 'Bl') lists.push(args.join(' '));
    else if (name === 'El') {
      lists.pop();
      writer.paragraph();
    } else if (name === 'It') this.item(args);
    else if (name === 'Bd') {
      writer.paragraph();
      writer.setFill(!/literal|unfilled/.test(args.join(' ')));
    } else if (name === 'Ed') {
      writer.setFill(true);
      writer.paragraph();
    } else if (name === 'D1' || name === 'Dl') {
      writer.lineBreak();
      writer.text(this.inline(args));
      writer.lineBreak();
    } else if (/^%[A-Z]$/.test(name)) writer.text(args.join(' '));
    else if (CALLABLE.has(name)) {
      const text = this.inline([name, ...args]);
      if (text !== '') writer.text(text);
    } else return false;
    return true;
  }

  private item(args: string[]) {
    const kind = this.lists.at(-1) ?? '';
    if (kind.includes('compact')) this.writer.lineBreak();
    else this.writer.paragraph();
    if (/bullet|dash|hyphen/.test(kind)) return this.writer.text('-');
    if (args.length === 0) return;
    this.writer.text(this.inline(args));
    this.writer.lineBreak();
  }

  /** Text of a line of words, some of which are macros that reach to the next macro or to the end. */
  private inline(words: string[]): string {
    const line = new InlineText();
    for (let i = 0; i < words.length; ) i = this.word(words, i, line);
    return line.result();
  }

  /** Prints the word at `i` with its arguments and returns where the next one begins. */
  private word(words: string[], i: number, line: InlineText): number {
    const word = words[i];
    if (!CALLABLE.has(word)) return line.put(word, i + 1);
    const next = words[i + 1];
    const hasArgument = isArgument(next);
    const wrap = WRAP[word];
    if (wrap) line.enclose(...wrap);
    else if (word === 'Ns') line.stick('');
    else if (word === 'Ap') line.stick("'");
    else if (word === 'Fl') return flags(words, i + 1, line);
    else if (word === 'Nm') {
      if (hasArgument && this.pageName === '') this.pageName = next;
      return line.put(hasArgument ? next : this.pageName, i + (hasArgument ? 2 : 1));
    } else if (word === 'Xr' && hasArgument) {
      const section = /^\d/.test(words[i + 2] ?? '') ? `(${words[i + 2]})` : '';
      return line.put(next + section, i + (section ? 3 : 2));
    } else if (word === 'Fn' && hasArgument) {
      const rest = words.slice(i + 2);
      line.put(`${next}(${rest.filter((each) => !CLOSING.test(each)).join(', ')})`);
      for (const each of rest) if (CLOSING.test(each)) line.put(each);
      return words.length;
    } else if (word === 'Ar' && !hasArgument) line.put('file ...');
    else if (word === 'Nd') line.put('-');
    else if (SYSTEMS[word]) line.put(SYSTEMS[word]);
    return i + 1;
  }
}

function isArgument(word: string | undefined): word is string {
  return word !== undefined && !CALLABLE.has(word) && !CLOSING.test(word);
}

/** `Fl a b` prints -a -b, `Fl a | b` prints -a | -b. */
function flags(words: string[], start: number, line: InlineText): number {
  let i = start;
  if (!isArgument(words[i])) return line.put('-', i);
  for (; isArgument(words[i]); i++) line.put(words[i] === '|' ? '|' : `-${words[i]}`);
  return i;
}

/** Words with spaces between them, but not before closing punctuation, behind opening one or inside an enclosure. */
class InlineText {
  private out = '';
  private sticky = true;
  private readonly closers: string[] = [];

  /** Returns `next`, so that a caller can print and go on in one line. */
  put(word: string, next = 0): number {
    this.out += this.sticky || CLOSING.test(word) ? word : ` ${word}`;
    this.sticky = OPENING.test(word);
    return next;
  }

  /** The next word follows without a space. */
  stick(text: string): void {
    this.out += text;
    this.sticky = true;
  }

  /** An enclosure to the end of the line, or one of its two sides. */
  enclose(opening: string, closing: string): void {
    if (opening === '') {
      this.out += closing;
      return;
    }
    this.put(opening);
    this.sticky = true;
    if (closing !== '') this.closers.push(closing);
  }

  /** Closing punctuation at the end stands outside the enclosure. */
  result(): string {
    const tail = /[.,:;]+$/.exec(this.closers.length > 0 ? this.out : '')?.[0] ?? '';
    return this.out.slice(0, this.out.length - tail.length) + this.closers.reverse().join('') + tail;
  }
}
