/** Layouts of which the paragraph is not prose. */
const NOT_PROSE = /^(?:LyX-Code|Bibliography|Code|Verbatim)/;
/** Insets whose text stands inside the sentence around them; all others (notes, formulas, indexes, figures) go. */
const INLINE = /^(?:Flex|Quotes|space)/;
const QUOTES: Record<string, string> = { l: '“', r: '”' };
const SPECIAL: Record<string, string> = {
  ldots: '…',
  '\\ldots{}': '…',
  softhyphen: '',
  '\\-': '',
  '\\@.': '.',
  menuseparator: '›',
};

const specialOf = (name: string) => SPECIAL[name] ?? (/^\w+$/.test(name) ? name : '');

/**
 * The prose of a LyX document (https://wiki.lyx.org/Devel/LyXFileFormat): one paragraph a layout, with a blank line between
 * them. The program breaks lines of a paragraph at any place without meaning, so they are joined as they are.
 */
export function lyxToText(source: string): string {
  const body = source.indexOf('\\begin_body');
  if (body === -1) return '';
  const paragraphs: string[] = [];
  /** What is open, outermost first; text counts where nothing open hides it. */
  const open: { hides: boolean; inset: boolean }[] = [];
  let text = '';
  const isShown = () => !open.some(({ hides }) => hides);
  const isOuter = () => !open.some(({ inset }) => inset);
  for (const line of source.slice(body).split('\n')) {
    const [, command, argument = ''] = /^\\(\w+)\s*(.*)$/.exec(line) ?? [];
    if (command === 'begin_layout') open.push({ hides: isOuter() && NOT_PROSE.test(argument), inset: false });
    else if (command === 'begin_inset') {
      if (isShown() && argument.startsWith('Quotes')) text += QUOTES[argument.at(-2) ?? ''] ?? '';
      open.push({ hides: !INLINE.test(argument), inset: true });
    } else if (command === 'end_layout' || command === 'end_inset') {
      open.pop();
      if (command === 'end_layout' && isOuter()) {
        if (text.trim() !== '') paragraphs.push(text.trim());
        text = '';
      }
    } else if (!isShown() || /^status (?:open|collapsed)$/.test(line)) continue;
    else if (command === 'SpecialChar' || command === undefined)
      text += line.replace(/\\SpecialChar (\S+)/g, (_, name: string) => specialOf(name));
  }
  return paragraphs.join('\n\n');
}
