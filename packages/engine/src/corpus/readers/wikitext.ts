/**
 * Plain text of an article in wikitext: templates, tables, references, files, categories and markup go; the text of links,
 * lists and headings stays. It ends at the first heading of notes, references or links (LLM-jp corpus v1), and
 * parentheses that are left empty go too. Templates are not expanded, so what only they would print is lost.
 */
export function wikitextToText(source: string): string {
  let text = source
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(
      /<(ref|gallery|math|timeline|score|syntaxhighlight|source|imagemap|templatestyles)\b[^<>]*?(?:\/>|>[\s\S]*?(?:<\/\1\s*>|$))/gi,
      '',
    );
  text = withoutNested(text, '{{', '}}');
  text = withoutNested(text, '{|', '|}');
  text = resolveLinks(text)
    .replace(
      /\[(?:https?:|ftp:)?\/\/[^\s\][]{1,2000}(?:[ \t]+([^\][\n]{0,1000}))?\]/g,
      (_, label: string = '') => label,
    )
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/?[a-z][^<>\n]*>/gi, '')
    .replace(/'{2,5}/g, '')
    .replace(/__[A-Z]{3,}__/g, '')
    .replace(/&(nbsp|lt|gt|quot|amp|ndash|mdash);/g, (_, name: string) => ENTITIES[name] ?? '');
  return tidyLines(cutClosing(text.split('\n')));
}

const ENTITIES: Record<string, string> = {
  nbsp: ' ',
  lt: '<',
  gt: '>',
  quot: '"',
  amp: '&',
  ndash: '–',
  mdash: '—',
};

/** Headings after which an article holds no more prose, in Japanese and English. */
const CLOSING =
  /^(?:脚注|注釈|註釈|出典|注|参考文献|参考資料|外部リンク|関連項目|関連文献|文献|notes?|references?|external links|see also|further reading|bibliography|sources|citations)$/i;
const HEADING = /^(={1,6})\s*(.*?)\s*\1\s*$/;

/** The text of a heading line; of a longer line the expression would take too long. */
function headingOf(line: string): string | undefined {
  return line.length <= 300 ? HEADING.exec(line)?.[2] : undefined;
}

function cutClosing(lines: string[]): string[] {
  const end = lines.findIndex((line) => CLOSING.test(headingOf(line) ?? ''));
  return end < 0 ? lines : lines.slice(0, end);
}

function tidyLines(lines: string[]): string {
  const out: string[] = [];
  for (const line of lines) {
    const heading = headingOf(line);
    const text =
      heading ??
      line
        .replace(/^[*#]+\s*/, '- ')
        .replace(/^[:;]+\s*/, '')
        .replace(/[（(][\s、,;；：:・]*[）)]/g, '')
        .trim();
    if (heading !== undefined) out.push('', text, '');
    else if (text !== '-') out.push(text);
  }
  return out
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n\n(?=- )/g, '\n')
    .trim();
}

/** Without everything between `open` and its matching `close`, in one pass; what is never closed goes to its line's end. */
function withoutNested(text: string, open: string, close: string): string {
  let out = '';
  let depth = 0;
  let at = 0;
  let kept = 0;
  let [nextOpen, nextClose] = [0, 0];
  for (;;) {
    // Each is looked for again only once it was passed, so that no stretch of text is searched twice.
    if (nextOpen >= 0 && nextOpen <= at) nextOpen = text.indexOf(open, at);
    if (depth > 0 && nextClose >= 0 && nextClose <= at) nextClose = text.indexOf(close, at);
    if (depth === 0) {
      if (nextOpen < 0) return out + text.slice(kept);
      out += text.slice(kept, nextOpen);
      depth = 1;
      kept = nextOpen;
      at = nextOpen + open.length;
    } else if (nextClose >= 0 && (nextOpen < 0 || nextClose < nextOpen)) {
      depth -= 1;
      at = nextClose + close.length;
      if (depth === 0) kept = at;
    } else if (nextOpen >= 0 && nextClose >= 0) {
      depth += 1;
      at = nextOpen + open.length;
    } else {
      const lineEnd = text.indexOf('\n', kept);
      return lineEnd < 0 ? out : out + text.slice(lineEnd);
    }
  }
}

const DROPPED_LINKS = /^:?\s*(?:file|image|category|ファイル|画像|カテゴリ|[a-z]{2,3}(?:-[a-z]+)?)\s*:/i;

/** [[target|text]] becomes its text; files and categories, which may hold links themselves, go. */
function resolveLinks(text: string): string {
  const stack: string[] = [''];
  const push = (piece: string) => {
    stack[stack.length - 1] += piece;
  };
  let at = 0;
  for (const match of text.matchAll(/\[\[|\]\]/g)) {
    push(text.slice(at, match.index));
    at = match.index + 2;
    if (match[0] === '[[') {
      if (stack.length < 50) stack.push('');
    } else if (stack.length > 1) {
      const link = stack.pop() as string;
      if (!DROPPED_LINKS.test(link)) push(link.slice(link.lastIndexOf('|') + 1));
    }
  }
  push(text.slice(at));
  return stack.join('');
}
