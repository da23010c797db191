import { createRequire } from 'node:module';
import { join } from 'node:path';

interface Events {
  onopentagname(name: string): void;
  ontext(data: string): void;
  onclosetag(name: string): void;
}
interface HtmlParser {
  Parser: new (events: Events, options: object) => { end(html: string): void };
}
const engine = createRequire(join(import.meta.dirname, '../../../../packages/engine/src/index.ts'));
const { Parser } = engine('htmlparser2') as HtmlParser;

const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
const NO_TEXT = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'head',
  'svg',
  'iframe',
  'textarea',
  'select',
]);

/**
 * All text of a page, cut wherever an element that is not inline begins or ends, white space made one. It judges nothing: the
 * labels of main content are numbers of these blocks, so they do not depend on any extractor.
 */
export function pageBlocks(html: string): string[] {
  const blocks: string[] = [];
  let text = '';
  let hidden = 0;
  const cut = () => {
    const block = text.replace(/\s+/g, ' ').trim();
    if (block !== '') blocks.push(block);
    text = '';
  };
  const parser = new Parser(
    {
      onopentagname(name) {
        if (!INLINE.has(name)) cut();
        if (NO_TEXT.has(name)) hidden += 1;
      },
      ontext(data) {
        if (hidden === 0) text += data;
      },
      onclosetag(name) {
        if (!INLINE.has(name)) cut();
        if (NO_TEXT.has(name)) hidden -= 1;
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.end(html);
  cut();
  return blocks;
}
