import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CorpusDocument, documentId } from '../../../../packages/engine/src/corpus/document.ts';
import { htmlToText } from '../../../../packages/engine/src/corpus/readers/html.ts';
import { debFiles } from './deb-files.ts';

const SETS: readonly (readonly [string, string])[] = [
  ['gimp-help-ja', 'usr/share/gimp/2.0/help/ja/*.html'],
  ['apache2-doc', 'usr/share/doc/apache2-doc/manual/ja/**/*.html'],
  ['debian-handbook', 'usr/share/doc/debian-handbook/html/ja-JP/*.html'],
  ['debian-reference-ja', 'usr/share/debian-reference/*.ja.html'],
  ['developers-reference-ja', 'usr/share/developers-reference/ja/*.html'],
];

/** Japanese manuals from Debian packages, one page a document, of at least 200 characters, until there are `bytes` of text. */
export async function japaneseDocuments(bytes: number): Promise<CorpusDocument[]> {
  const documents: CorpusDocument[] = [];
  let total = 0;
  for (const [name, pattern] of SETS) {
    const folder = await debFiles(name);
    for (const path of globSync(pattern, { cwd: folder }).sort()) {
      const text = htmlToText(readFileSync(join(folder, path), 'utf8'));
      if (text.length < 200) continue;
      const about = {
        sourceId: name,
        path,
        language: 'ja',
        format: 'html',
        package: name,
        version: '',
      } as const;
      documents.push({ text, meta: { id: documentId(text), ...about } });
      total += Buffer.byteLength(text);
      if (total >= bytes) return documents;
    }
  }
  return documents;
}

export const sizeOf = (documents: readonly CorpusDocument[]) =>
  documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
