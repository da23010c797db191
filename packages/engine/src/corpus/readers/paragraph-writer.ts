import { joinLines } from './join-lines.ts';

/** Marks the end of a text line that the next one follows without a space (roff `\c`). Never part of a document. */
export const NO_SPACE = '\u0001';

/** Collects plain text: filled paragraphs, unfilled lines, headings and tags. */
export interface ParagraphWriter {
  text(line: string): void;
  /** Ends the current line. */
  lineBreak(): void;
  /** Ends the paragraph: a blank line follows. */
  paragraph(): void;
  heading(title: string): void;
  /** The next text is the tag of a list item and stands on a line of its own. */
  expectTag(): void;
  expectHeading(): void;
  setFill(fill: boolean): void;
  result(): string;
}

export function createParagraphWriter(): ParagraphWriter {
  const lines: string[] = [];
  let current = '';
  let fill = true;
  let expecting: 'tag' | 'heading' | null = null;
  const lineBreak = () => {
    const line = current.replaceAll(NO_SPACE, '').replace(/\s+$/, '');
    if (line !== '') lines.push(line);
    current = '';
  };
  const paragraph = () => {
    lineBreak();
    if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
  };
  const heading = (title: string) => {
    paragraph();
    if (title !== '') lines.push(title, '');
  };
  return {
    lineBreak,
    paragraph,
    heading,
    text(line) {
      const expected = expecting;
      expecting = null;
      if (expected === 'heading') return heading(line.trim());
      if (!fill && expected === null) {
        const whole = current.endsWith(NO_SPACE) ? current.slice(0, -1) + line : line;
        if (whole.endsWith(NO_SPACE)) current = whole;
        else {
          lines.push(whole.replace(/\s+$/, ''));
          current = '';
        }
        return;
      }
      const piece = line.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
      current = current.endsWith(NO_SPACE) ? current.slice(0, -1) + piece : joinLines(current, piece);
      if (expected === 'tag') lineBreak();
    },
    expectTag() {
      expecting = 'tag';
    },
    expectHeading() {
      expecting = 'heading';
    },
    setFill(next) {
      lineBreak();
      fill = next;
    },
    result() {
      lineBreak();
      return lines
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .replace(/\n+$/, '');
    },
  };
}
