import { Parser } from 'htmlparser2';
import { trimBlankLines } from '../document.ts';
import { type Containers, mainBlocks } from './html-main.ts';
import { unwrap } from './join-lines.ts';

export interface Block {
  text: string;
  /** Number of the innermost container. */
  container: number;
  /** 1 to 6 for a heading, 0 for anything else. */
  level: number;
  /** Letters and digits of the text that stand inside links. */
  linkLetters: number;
  kind: 'text' | 'heading' | 'pre';
  inMain: boolean;
}

const DROPPED = new Set(
  `script style noscript template nav footer aside button select textarea iframe svg math canvas object audio
  video head dialog menu`.split(/\s+/),
);
const BLOCKS = new Set(
  `address article blockquote body caption center dd details div dl dt fieldset figcaption figure form header hr html li
  main ol p pre section summary table tbody tfoot thead tr ul`.split(/\s+/),
);
/** Elements whose blocks are judged together. */
const HOLDERS = new Set('article body center div main section td'.split(' '));
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
  /(^|[\s_-])(comments?|commentlist|disqus|discussions?|related|recommended|popular|trending|promos?|sponsor(?:ed)?|newsletter|subscribe|byline|toolbar|tools|sharing|bookmarks?|outbrain|taboola|teasers?|widgets?|copyright|credits?|nav|navbar|navigation|navheader|navfooter|menu|breadcrumbs?|toc|quickview|sidebar|side-bar|footer|page-header|masthead|toplang|bottomlang|permalink|headerlink|anchor-link|skip-link|cookie|pagination|pager|share|social|advert|ads|comments_section)($|[\s_-])/i;
const MAX_LINK_SHARE = 0.8;

/**
 * Main text of an HTML page: headings, paragraphs, lists, tables (cells parted by tabs) and preformatted blocks, one
 * block a paragraph. Scripts, forms and navigation are dropped by element and role; what stands around the text by class or id, unless most
 * of the text is in there; and blocks that are almost only links. Where the page marks its main part and that holds at least a third of the text,
 * only that is kept; else the container that most of the prose is in (see html-main.ts). One pass, no tree.
 */
export function htmlToText(html: string): string {
  const { blocks, containers } = collectBlocks(html);
  return joinBlocks(mainBlocks(blocks, containers).filter((block) => !isLinkBlock(block)));
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

/** Elements that may be open at once; browsers stop at 512. The parser's work for each grows with how many there are. */
const MAX_DEPTH = 10_000;
const SLICE = 1 << 14;

function collectBlocks(html: string): { blocks: Block[]; containers: Containers } {
  try {
    return collectFrom([html], MAX_DEPTH);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return collectFrom(slicesOf(html), Number.POSITIVE_INFINITY);
  }
}

/** Between two slices everything is closed, where too much is open; inside one `most` may be. @throws TooDeep */
function collectFrom(slices: string[], most: number): { blocks: Block[]; containers: Containers } {
  const collector = new BlockCollector();
  const begin = () =>
    new Parser(
      {
        onopentag: (name, attributes) => {
          collector.open(name, attributes);
          if (collector.depth > most) throw new TooDeep();
        },
        ontext: (text) => collector.text(text),
        onclosetag: (name) => collector.close(name),
      },
      { decodeEntities: true, lowerCaseTags: true },
    );
  let parser = begin();
  for (const slice of slices) {
    if (collector.depth > MAX_DEPTH) {
      parser.end();
      parser = begin();
    }
    parser.write(slice);
  }
  parser.end();
  return collector.finish();
}

class TooDeep extends Error {}

/** Each begins with a tag, where there is one to begin with. */
function slicesOf(html: string): string[] {
  const slices: string[] = [];
  for (let from = 0; from < html.length; ) {
    const tag = html.lastIndexOf('<', from + SLICE);
    const to = tag > from && html.length > from + SLICE ? tag : from + SLICE;
    slices.push(html.slice(from, to));
    from = to;
  }
  return slices;
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
  return attributes.role !== undefined && DROPPED_ROLES.has(attributes.role);
}

/** By its class or id something that stands around the text. */
function isAside(name: string, attributes: Record<string, string>): boolean {
  if (name === 'body' || name === 'html' || name === 'main' || name === 'article') return false;
  // Some systems wrap a whole page into one form.
  if (name === 'form') return true;
  return (
    (attributes.class !== undefined && DROPPED_NAMES.test(attributes.class)) ||
    (attributes.id !== undefined && DROPPED_NAMES.test(attributes.id))
  );
}

/** Gathers blocks from the events of the parser; all state is a few counters and the stack of open elements. */
class BlockCollector {
  private readonly blocks: Block[] = [];
  private readonly stack: {
    name: string;
    dropped: boolean;
    main: boolean;
    link: boolean;
    container: number;
  }[] = [];
  private readonly containers: Containers = { parent: [0], aside: [false] };
  private container = 0;
  private level = 0;
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

  /** Elements that are open. */
  get depth(): number {
    return this.stack.length;
  }

  open(name: string, attributes: Record<string, string>): void {
    const aside = isAside(name, attributes);
    // Inside a line, a row or preformatted text there is no block to judge later, so a name is believed at once.
    const dropped =
      isDropped(name, attributes, this.mainDepth > 0) ||
      (aside && !(BLOCKS.has(name) && this.splitsBlocks()));
    const main = name === 'main' || name === 'article' || attributes.role === 'main';
    if (this.droppedDepth === 0) {
      if (!dropped) this.enter(name);
      else if (BLOCKS.has(name) && this.splitsBlocks()) this.flush();
    }
    if (VOID.has(name)) return;
    if (main) this.mainDepth += 1;
    if (dropped) this.droppedDepth += 1;
    const { container } = this;
    // An anchor without an address only marks a place, and is often never closed.
    const link = name === 'a' && attributes.href !== undefined;
    if (link) this.linkDepth += 1;
    if (this.droppedDepth === 0 && (aside || HOLDERS.has(name))) this.openContainer(aside);
    if (name === 'table' || name === 'tr') this.rows.push(name === 'tr');
    this.stack.push({ name, dropped, main, link, container });
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
    this.container = closed.container;
    if (closed.link) this.linkDepth -= 1;
    if (closed.main) this.mainDepth -= 1;
    if (closed.dropped) this.droppedDepth -= 1;
  }

  finish(): { blocks: Block[]; containers: Containers } {
    this.flush();
    return { blocks: this.blocks, containers: this.containers };
  }

  private openContainer(aside: boolean): void {
    this.containers.parent.push(this.container);
    this.containers.aside.push(aside);
    this.container = this.containers.parent.length - 1;
  }

  private enter(name: string): void {
    if (name === 'br') this.content += this.kind === 'pre' ? '\n' : BREAK;
    else if (name === 'td' || name === 'th') this.content += CELL;
    else if (HEADING.test(name)) {
      this.flush();
      this.prefix = '';
      this.kind = 'heading';
      this.level = Number(name[1]);
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
    if (name === 'pre') {
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
      const { linkLetters, kind, container } = this;
      const level = kind === 'heading' ? this.level : 0;
      this.blocks.push({
        text: this.prefix + text,
        linkLetters,
        kind,
        container,
        level,
        inMain: this.mainDepth > 0,
      });
      this.prefix = '';
    }
    this.content = '';
    this.linkLetters = 0;
    this.kind = this.preDepth > 0 ? 'pre' : 'text';
  }
}
