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
const CLOSING = /^[.,:;?!)\]]+$/;
const OPENING = /^[([]$/;

/** The common part of mdoc(7): sections, lists, displays and the inline macros, without their fonts. */
export function createMdocReader(writer: ParagraphWriter, expand: (text: string) => string) {
  let pageName = '';
  const lists: string[] = [];

  const inline = (name: string, args: string[]): string => {
    let out = '';
    let glue = true; // no space before the next word
    const closers: string[] = [];
    const put = (word: string) => {
      out += glue || CLOSING.test(word) ? word : ` ${word}`;
      glue = OPENING.test(word);
    };
    const words = [name, ...args];
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      if (!CALLABLE.has(word) && i > 0) {
        put(word);
        continue;
      }
      const next = words[i + 1];
      const hasArgument = next !== undefined && !CALLABLE.has(next) && !CLOSING.test(next);
      const wrap = WRAP[word];
      if (wrap) {
        if (wrap[0] !== '') {
          put(wrap[0]);
          glue = true;
        } else out += wrap[1];
        if (wrap[0] !== '' && wrap[1] !== '') closers.push(wrap[1]);
      } else if (word === 'Ns' || word === 'Ap') {
        if (word === 'Ap') out += "'";
        glue = true;
      } else if (word === 'Fl') {
        put(`-${hasArgument ? words[++i] : ''}`);
        while (words[i + 1] !== undefined && !CALLABLE.has(words[i + 1]) && !CLOSING.test(words[i + 1])) {
          put(/^[|]$/.test(words[i + 1]) ? words[++i] : `-${words[++i]}`);
        }
      } else if (word === 'Nm') {
        if (hasArgument) {
          if (pageName === '') pageName = next;
          put(words[++i]);
        } else put(pageName);
      } else if (word === 'Xr' && hasArgument) {
        const section = /^\d/.test(words[i + 2] ?? '') ? words[i + 2] : '';
        put(section ? `${next}(${section})` : next);
        i += section ? 2 : 1;
      } else if (word === 'Fn' && hasArgument) {
        const parameters = words.slice(i + 2).filter((each) => !CLOSING.test(each));
        put(`${next}(${parameters.join(', ')})`);
        const tail = words.slice(i + 2).filter((each) => CLOSING.test(each));
        i = words.length;
        tail.forEach(put);
      } else if (word === 'Ar' && !hasArgument) put('file ...');
      else if (word === 'Nd') put('-');
      else if (SYSTEMS[word]) put(SYSTEMS[word]);
    }
    // Closing punctuation at the end stands outside the enclosure.
    const tail = /[.,:;]+$/.exec(closers.length > 0 ? out : '')?.[0] ?? '';
    return out.slice(0, out.length - tail.length) + closers.reverse().join('') + tail;
  };
  const item = (args: string[]) => {
    const kind = lists.at(-1) ?? '';
    if (kind.includes('compact')) writer.lineBreak();
    else writer.paragraph();
    if (/bullet|dash|hyphen/.test(kind)) return writer.text('-');
    if (args.length === 0) return;
    writer.text(CALLABLE.has(args[0]) ? inline(args[0], args.slice(1)) : inline('No', args));
    writer.lineBreak();
  };
  return {
    /** Returns false when the macro is not one of mdoc. */
    macro(name: string, args: string[]): boolean {
      if (name === 'Sh' || name === 'Ss') writer.heading(args.map(expand).join(' '));
      else if (name === 'Bl') lists.push(args.join(' '));
      else if (name === 'El') {
        lists.pop();
        writer.paragraph();
      } else if (name === 'It') item(args);
      else if (name === 'Bd') {
        writer.paragraph();
        writer.setFill(!/literal|unfilled/.test(args.join(' ')));
      } else if (name === 'Ed') {
        writer.setFill(true);
        writer.paragraph();
      } else if (name === 'D1' || name === 'Dl') {
        writer.lineBreak();
        writer.text(CALLABLE.has(args[0]) ? inline(args[0], args.slice(1)) : args.join(' '));
        writer.lineBreak();
      } else if (/^%[A-Z]$/.test(name)) writer.text(`${args.join(' ')}`);
      else if (CALLABLE.has(name)) {
        const text = inline(name, args);
        if (text !== '') writer.text(text);
      } else return false;
      return true;
    },
  };
}
