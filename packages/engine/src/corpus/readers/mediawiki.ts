import { Parser } from 'htmlparser2';
import { ByteReader, type Chunks } from './byte-reader.ts';
import { type Cursor, ReadProblem } from './problem.ts';
import type { PassedOver } from './warc.ts';

export interface WikiPage {
  title: string;
  id: string;
  /** Wikitext of the page's newest revision in the dump. */
  source: string;
  start: Cursor;
  next: Cursor;
}

const END_OF_PAGE = Buffer.from('</page>');

/**
 * The articles of a MediaWiki XML dump (export schema 0.3 to 0.11), already decompressed: pages of namespace 0 that are no redirects.
 * Only one page is in memory; pages above `maxPage` bytes are passed over. Begins at `from`.
 * @throws ReadProblem truncated, broken
 */
export async function* readMediaWiki(
  chunks: Chunks,
  maxPage: number,
  from: Cursor = { record: 0, byte: 0 },
): AsyncGenerator<WikiPage | PassedOver> {
  const reader = new ByteReader(chunks);
  let record = from.record;
  try {
    await reader.skip(from.byte);
    for (;;) {
      const piece = await reader.until(END_OF_PAGE, maxPage);
      if (piece === null) return;
      const start = { record, byte: piece.start };
      const xml = piece.bytes?.toString('utf8') ?? '';
      if (!piece.delimited) {
        if (/<page[\s>]/.test(xml) || !/<\/mediawiki>/.test(xml))
          throw new ReadProblem('truncated', 'no </mediawiki> at the end');
        return;
      }
      if (record === 0 && piece.bytes && !/<mediawiki[\s>]/.test(xml))
        throw new ReadProblem('broken', 'no <mediawiki> at the beginning');
      record += 1;
      const next = { record, byte: reader.position };
      if (piece.bytes === null) yield { oversized: reader.position - piece.start, start, next };
      else {
        const page = parsePage(xml.slice(xml.indexOf('<page')));
        if (page) yield { ...page, start, next };
      }
    }
  } finally {
    await reader.close();
  }
}

function parsePage(xml: string): Pick<WikiPage, 'title' | 'id' | 'source'> | null {
  const values: Record<string, string> = {};
  const path: string[] = [];
  let redirect = false;
  const parser = new Parser(
    {
      onopentag(name) {
        path.push(name);
        redirect ||= name === 'redirect';
        if (name === 'text') values['page/revision/text'] = '';
      },
      ontext(data) {
        const key = path.join('/');
        values[key] = (values[key] ?? '') + data;
      },
      onclosetag() {
        path.pop();
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  if (redirect || (values['page/ns'] ?? '0') !== '0') return null;
  const source = values['page/revision/text'] ?? '';
  return { title: values['page/title'] ?? '', id: values['page/id'] ?? '', source };
}
