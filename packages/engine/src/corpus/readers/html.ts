import { Parser } from 'htmlparser2';
import { trimBlankLines } from '../document.ts';
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
  const collector = new BlockCollector();
  const parser = new Parser(
    {
      onopentag: (name, attributes) => collector.open(name, attributes),
      ontext: (text) => collector.text(text),
      onclosetag: (name) => collector.close(name),
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.end(html);
  return collector.finish();
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
        .map((cell) => unwrap(cell))
        .join('\t')
        .replace(/^\t+|\t+$/g, ''),
    )
    .filter((line) => line !== '')
    .join('\n');
}

function isDropped(name: string, attributes: Record<string, string>, inMain: boolean): boolean {
  if (DROPPED.has(name) || (name === 'header' && !inMain)) return true;
  if (attributes.hidden !== undefined || attributes['aria-hidden'] === 'true') return true;
  if (attributes.role && DROPPED_ROLES.has(attributes.role)) return true;
  if (name === 'body' || name === 'html' || name === 'main' || name === 'article') return false;
  return DROPPED_NAMES.test(attributes.class ?? '') || DROPPED_NAMES.test(attributes.id ?? '');
}

/** Gathers blocks from the events of the parser; all state is a few counters and the stack of open elements. */
class BlockCollector {
  private readonly blocks: Block[] = [];
  private readonly stack: { name: string; dropped: boolean; main: boolean }[] = [];
  /** For each open table false, for each open row true: the last one says whether cells are being collected. */
  private readonly rows: boolean[] = [];
  private content = '';
  private linkLetters = 0;
  private prefix = '';
  private kind: Block['kind'] = 'text';
  private droppedDepth = 0;
  private mainDepth = 0;
  private linkDepth = 0;
  private preDepth = 0;

  open(name: string, attributes: Record<string, string>): void {
    const dropped = isDropped(name, attributes, this.mainDepth > 0);
    const main = name === 'main' || name === 'article' || attributes.role === 'main';
    if (this.droppedDepth === 0) {
      if (!dropped) this.enter(name);
      else if (BLOCKS.has(name) && this.splitsBlocks()) this.flush();
    }
    if (VOID.has(name)) return;
    if (main) this.mainDepth += 1;
    if (dropped) this.droppedDepth += 1;
    if (name === 'table' || name === 'tr') this.rows.push(name === 'tr');
    this.stack.push({ name, dropped, main });
  }

  text(data: string): void {
    if (this.droppedDepth > 0) return;
    this.content += data;
    if (this.linkDepth > 0) this.linkLetters += letters(data);
  }

  close(name: string): void {
    if (VOID.has(name)) return;
    const closed = this.stack.pop();
    if (!closed) return;
    if (name === 'table' || name === 'tr') this.rows.pop();
    if (this.droppedDepth === 0) this.leave(name);
    if (closed.main) this.mainDepth -= 1;
    if (closed.dropped) this.droppedDepth -= 1;
  }

  finish(): Block[] {
    this.flush();
    return this.blocks;
  }

  private enter(name: string): void {
    if (name === 'br') this.content += this.kind === 'pre' ? '\n' : BREAK;
    else if (name === 'td' || name === 'th') this.content += CELL;
    else if (name === 'a') this.linkDepth += 1;
    else if (HEADING.test(name)) {
      this.flush();
      this.prefix = '';
      this.kind = 'heading';
    } else if (name === 'pre') {
      this.flush();
      this.preDepth += 1;
      this.kind = 'pre';
    } else if (BLOCKS.has(name) && this.kind !== 'pre') {
      if (this.splitsBlocks()) {
        this.flush();
        if (name === 'li') this.prefix = '- ';
        else if (name !== 'p' && name !== 'div') this.prefix = '';
      } else this.content += ' ';
    }
  }

  private leave(name: string): void {
    if (name === 'a') this.linkDepth = Math.max(0, this.linkDepth - 1);
    else if (name === 'pre') {
      this.flush();
      this.preDepth = Math.max(0, this.preDepth - 1);
      this.kind = this.preDepth > 0 ? 'pre' : 'text';
    } else if (HEADING.test(name)) this.flush();
    else if (BLOCKS.has(name) && this.splitsBlocks()) {
      this.flush();
      if (name === 'li') this.prefix = '';
    }
  }

  /** Inside preformatted text and table rows, block elements do not begin a block. */
  private splitsBlocks(): boolean {
    return this.kind !== 'pre' && this.rows.at(-1) !== true;
  }

  private flush(): void {
    const text = this.kind === 'pre' ? trimBlankLines(this.content) : tidy(this.content);
    if (text !== '' && text !== '-') {
      const { linkLetters, kind } = this;
      this.blocks.push({ text: this.prefix + text, linkLetters, kind, inMain: this.mainDepth > 0 });
      this.prefix = '';
    }
    this.content = '';
    this.linkLetters = 0;
    this.kind = this.preDepth > 0 ? 'pre' : 'text';
  }
}
