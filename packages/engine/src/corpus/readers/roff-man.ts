import type { ParagraphWriter } from './paragraph-writer.ts';

/** Requests and macros that print nothing by themselves. */
const SILENT = new Set(
  `TH Dd Dt Os PD AT UC DT IX ad af am as bp cf ch cs cu da di ev fam fc ft hc hw hy in it lc ll ls lt mk na ne nh nm nn
  nr ns nx pc pl pm pn po ps rd rm rn rr rs rt so ss sv ta tc tl tm tr uf ul vs wh lf do pso color cp mso nop hla hcode
  warn defcolor fp lg kern tkf chop length substring while return break continue aln als Bk Ek Sm em ec eo cc c2 rj`.split(
    /\s+/,
  ),
);
const PARAGRAPH = new Set(['PP', 'LP', 'P', 'HP', 'sp', 'Sp', 'Pp', 'Lp', 'SP']);
const BREAK = new Set(['br', 'ti', 'ce', 'YS', 'RS', 'RE']);
const NO_FILL = new Set(['nf', 'EX', 'Vb', 'DS', 'CS']);
const FILL = new Set(['fi', 'EE', 'Ve', 'DE', 'CE']);
const ALTERNATING = new Set(['BR', 'RB', 'BI', 'IB', 'IR', 'RI', 'SB']);

/** The macros of man(7). One that is not known, usually defined by the page itself, prints its arguments. */
export class ManMacros {
  private readonly writer: ParagraphWriter;
  private link = '';

  constructor(writer: ParagraphWriter) {
    this.writer = writer;
  }

  run(name: string, args: string[]) {
    const { writer } = this;
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
    if (name === 'IP') return this.listItem(args[0] ?? '');
    if (name === 'UR' || name === 'MT') {
      this.link = args[0] ?? '';
      return;
    }
    if (name === 'UE' || name === 'ME') return this.endLink(args[0] ?? '');
    if (name === 'OP') return writer.text(`[${args.join(' ')}]`);
    const text = args.join(ALTERNATING.has(name) ? '' : ' ');
    if (text !== '') writer.text(text);
  }

  private listItem(tag: string) {
    this.writer.paragraph();
    const mark = tag.trim();
    if (mark === '') return;
    if (/^[\u2022*o\u00b7\u30fb-]$/.test(mark)) return this.writer.text('-');
    this.writer.text(mark);
    if (!/^\(?\d+[.)]?$/.test(mark)) this.writer.lineBreak();
  }

  private endLink(punctuation: string): void {
    if (this.link) this.writer.text(`<${this.link}>${punctuation}`);
    this.link = '';
  }
}
