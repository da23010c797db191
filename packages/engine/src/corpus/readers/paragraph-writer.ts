import { glueBetween } from './join-lines.ts';

/** Marks the end of a text line that the next one follows without a space (roff `\c`). Never part of a document. */
export const NO_SPACE = '\u0001';

/** Collects plain text: filled paragraphs, unfilled lines, headings and tags. */
export class ParagraphWriter {
  private readonly lines: string[] = [];
  /** Pieces of the line that is being filled, and the last of them. */
  private pieces: string[] = [];
  private last = '';
  private fill = true;
  private expecting: 'tag' | 'heading' | null = null;

  text(line: string) {
    const expected = this.expecting;
    this.expecting = null;
    if (expected === 'heading') return this.heading(line.trim());
    if (!this.fill && expected === null) return this.unfilled(line);
    const piece = line.replace(/[ \t]+/g, ' ').trim();
    if (!this.last.endsWith(NO_SPACE)) this.pieces.push(glueBetween(this.last, piece));
    this.append(piece);
    if (expected === 'tag') this.lineBreak();
  }

  /** Ends the current line. */
  lineBreak(): void {
    const line = this.pieces.join('').replaceAll(NO_SPACE, '').trimEnd();
    if (line !== '') this.lines.push(line);
    this.pieces = [];
    this.last = '';
  }

  /** Ends the paragraph: a blank line follows. */
  paragraph(): void {
    this.lineBreak();
    if (this.lines.length > 0 && this.lines.at(-1) !== '') this.lines.push('');
  }

  heading(title: string): void {
    this.paragraph();
    if (title !== '') this.lines.push(title, '');
  }

  /** The next text is the tag of a list item and stands on a line of its own. */
  expectTag(): void {
    this.expecting = 'tag';
  }

  expectHeading(): void {
    this.expecting = 'heading';
  }

  setFill(fill: boolean): void {
    this.lineBreak();
    this.fill = fill;
  }

  result(): string {
    this.lineBreak();
    return this.lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trimEnd();
  }

  private unfilled(line: string): void {
    this.append(line);
    if (line.endsWith(NO_SPACE)) return;
    this.lines.push(this.pieces.join('').replaceAll(NO_SPACE, '').trimEnd());
    this.pieces = [];
    this.last = '';
  }

  private append(piece: string): void {
    this.pieces.push(piece);
    if (piece !== '') this.last = piece;
  }
}
