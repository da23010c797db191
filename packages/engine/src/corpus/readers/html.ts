import { Parser } from 'htmlparser2';
import { unwrap } from './join-lines.ts';

interface Block {
  text: string;
  /** Letters and digits of the text that stand inside links. */
  linkLetters: number;
  kind: 'text' | 'heading' | 'pre';
  inMain: boolean;
}

const DROPPED = new Set(
  `script style noscript template nav footer aside form button select textarea iframe svg math canvas object audio
  video head dialog menu`.split(/\s+/),
);
const BLOCKS = new Set(
  `address article blockquote body caption center dd details div dl dt fieldset figcaption figure header hr html li
  main ol p pre section summary table tbody tfoot thead tr ul`.split(/\s+/),
);
const HEADING = /^h[1-6]$/;
const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'wbr',
]);
const DROPPED_ROLES = new Set([
  'navigation',
  'banner',
  'contentinfo',
  'search',
  'menu',
  'menubar',
  'complementary',
]);
/** Names that authors give to what stands around the text, as whole words of a class or id. */
const DROPPED_NAMES =
  /(^|[\s_-])(nav|navbar|navigation|navheader|navfooter|menu|breadcrumbs?|toc|quickview|sidebar|side-bar|footer|page-header|masthead|toplang|bottomlang|permalink|headerlink|anchor-link|skip-link|cookie|pagination|pager|share|social|advert|ads|comments_section)($|[\s_-])/i;
const MAX_LINK_SHARE = 0.8;

/**
 * Main text of an HTML page: headings, paragraphs, lists, tables (cells parted by tabs) and preformatted blocks, one
 * block a paragraph. Scripts, forms, navigation and what stands around the text by element, role, class or id are
 * dropped, and so are blocks that are almost only links. Where the page marks its main part and that holds at least a
 * third of the text, only that is kept. One pass, no tree.
 */
export function htmlToText(html: string): string {
  const blocks = collectBlocks(html);
  const size = (some: Block[]) => some.reduce((sum, block) => sum + block.text.length, 0);
  const main = blocks.filter((block) => block.inMain);
  const kept = main.length > 0 && size(main) * 3 >= size(blocks) ? main : blocks;
  return joinBlocks(kept.filter((block) => !isLinkBlock(block)));
}

function isLinkBlock(block: Block): boolean {
  return block.kind === 'text' && block.linkLetters > MAX_LINK_SHARE * letters(block.text);
}

/** List items and table rows follow each other directly; a heading at the very end is dropped. */
function joinBlocks(blocks: Block[]): string {
  let out = '';
  blocks.forEach((block, i) => {
    const next = blocks[i + 1];
    if (block.kind === 'heading' && !next) return;
    const both = (test: (text: string) => boolean) =>
      next !== undefined && test(block.text) && test(next.text);
    const tight = both((text) => text.startsWith('- ')) || both((text) => text.includes('\t'));
    out += block.text + (tight ? '\n' : '\n\n');
  });
  return out.trim();
}

function letters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

function collectBlocks(html: string): Block[] {
  const blocks: Block[] = [];
  let text = '';
  let linkLetters = 0;
  let prefix = '';
  let kind: Block['kind'] = 'text';
  let droppedDepth = 0;
  let mainDepth = 0;
  let linkDepth = 0;
  let preDepth = 0;
  const open: { name: string; dropped: boolean; main: boolean }[] = [];

  const flush = () => {
    const content = kind === 'pre' ? text.replace(/^\n+|\s+$/g, '') : tidy(text);
    if (content !== '' && content !== '-') {
      blocks.push({ text: prefix + content, linkLetters, kind, inMain: mainDepth > 0 });
      prefix = '';
    }
    text = '';
    linkLetters = 0;
    kind = preDepth > 0 ? 'pre' : 'text';
  };
  const enter = (name: string) => {
    if (name === 'br') text += kind === 'pre' ? '\n' : BREAK;
    else if (name === 'td' || name === 'th') text += CELL;
    else if (name === 'a') linkDepth += 1;
    else if (HEADING.test(name)) {
      flush();
      prefix = '';
      kind = 'heading';
    } else if (name === 'pre') {
      flush();
      preDepth += 1;
      kind = 'pre';
    } else if (BLOCKS.has(name) && kind !== 'pre' && !insideRow(open)) {
      flush();
      prefix = name === 'li' ? '- ' : isContainer(name) ? '' : prefix;
    } else if (BLOCKS.has(name) && kind !== 'pre') text += ' ';
  };
  const leave = (name: string) => {
    if (name === 'a') linkDepth = Math.max(0, linkDepth - 1);
    else if (name === 'pre') {
      flush();
      preDepth = Math.max(0, preDepth - 1);
      kind = preDepth > 0 ? 'pre' : 'text';
    } else if (HEADING.test(name)) flush();
    else if (BLOCKS.has(name) && kind !== 'pre' && !insideRow(open)) {
      flush();
      if (name === 'li') prefix = '';
    }
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const dropped = isDropped(name, attributes, mainDepth > 0);
        const main = name === 'main' || name === 'article' || attributes.role === 'main';
        if (
          dropped &&
          droppedDepth === 0 &&
          kind !== 'pre' &&
          !insideRow(open) &&
          name !== 'a' &&
          name !== 'button'
        )
          flush();
        if (droppedDepth === 0 && !dropped) enter(name);
        if (main) mainDepth += 1;
        if (VOID.has(name)) return;
        open.push({ name, dropped, main });
        if (dropped) droppedDepth += 1;
      },
      ontext(data) {
        if (droppedDepth > 0) return;
        text += data;
        if (linkDepth > 0) linkLetters += letters(data);
      },
      onclosetag(name) {
        if (VOID.has(name)) return;
        const closed = open.pop();
        if (!closed) return;
        if (droppedDepth === 0) leave(name);
        if (closed.main) mainDepth -= 1;
        if (closed.dropped) droppedDepth -= 1;
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.end(html);
  flush();
  return blocks;
}

// Private-use characters keep a forced break and a cell border apart from white space until the block is tidied.
const BREAK = '\ue000';
const CELL = '\ue001';

function tidy(text: string): string {
  return text
    .split(BREAK)
    .map((line) =>
      line
        .split(CELL)
        .map((cell) => unwrap(cell).trim())
        .join('\t')
        .replace(/^\t+|\t+$/g, ''),
    )
    .filter((line) => line !== '')
    .join('\n');
}

function insideRow(open: { name: string }[]): boolean {
  for (let i = open.length - 1; i >= 0; i--) {
    if (open[i].name === 'tr') return true;
    if (open[i].name === 'table') return false;
  }
  return false;
}

function isContainer(name: string): boolean {
  return name !== 'p' && name !== 'div';
}

function isDropped(name: string, attributes: Record<string, string>, inMain: boolean): boolean {
  if (DROPPED.has(name) || (name === 'header' && !inMain)) return true;
  if (attributes.hidden !== undefined || attributes['aria-hidden'] === 'true') return true;
  if (attributes.role && DROPPED_ROLES.has(attributes.role)) return true;
  if (name === 'body' || name === 'html' || name === 'main' || name === 'article') return false;
  return DROPPED_NAMES.test(attributes.class ?? '') || DROPPED_NAMES.test(attributes.id ?? '');
}
