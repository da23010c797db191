import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { runStage } from '@tsudoi/engine/stages';
import type { SourcePart } from '@tsudoi/schema';
import { once } from '../peers/cache.ts';

/**
 * Real text for the tokenizer's benches: Japanese and English manuals of Debian packages and code of npm packages, as
 * lines without duplicates. Read by the product's own `ingest` stage and kept in the user's cache, outside the checkout.
 */
export type TextName = 'ja' | 'en' | 'code';

/** SentencePiece's default `max_sentence_length`: longer lines are left out of training and of the comparison. */
export const MAX_LINE_BYTES = 4192;
const LEAST_CHARACTERS = 5;
const LEAST_JAPANESE = 0.3;

const deb = (name: string, format: 'roff' | 'html' | 'text', ...include: string[]): SourcePart => ({
  location: { kind: 'deb', package: name },
  include,
  format,
  language: 'ja',
});
const npm = (
  name: string,
  version: string,
  format: 'markdown' | 'code',
  ...include: string[]
): SourcePart => ({
  location: { kind: 'npm', package: name, version },
  include,
  format,
  language: 'code',
});

const SOURCES: Record<TextName, SourcePart[]> = {
  ja: [
    deb('manpages-ja', 'roff', 'usr/share/man/ja/man*/*.gz'),
    deb('manpages-ja-dev', 'roff', 'usr/share/man/ja/man*/*.gz'),
    deb('lilypond-doc-html-ja', 'html', '**/*.ja.html'),
    deb('libreoffice-help-ja', 'html', '**/*.html'),
    deb('gimp-help-ja', 'html', '**/*.html'),
    deb('debian-handbook', 'html', '**/ja-JP/*.html'),
    deb('apache2-doc', 'html', 'usr/share/doc/apache2-doc/manual/ja/**/*.html'),
    deb('debian-reference-ja', 'html', '**/*.ja.html'),
    deb('developers-reference-ja', 'html', '**/*.html'),
    deb('live-manual-html', 'html', '**/*ja*/*.html', '**/*.ja.html', '**/ja/**/*.html'),
    deb('installation-guide-amd64', 'html', '**/ja/*.html'),
    deb('debian-edu-doc-ja', 'html', '**/*.html'),
    deb('maint-guide-ja', 'html', '**/*.html'),
    deb('aptitude-doc-ja', 'html', '**/*.html'),
    npm('ecc-universal', '2.0.0', 'markdown', 'docs/ja-JP/**/*.md'),
    npm('@codingame/monaco-vscode-language-pack-ja', '25.1.2', 'code', '**/*.json'),
    npm('nadesiko3', '3.7.22', 'code', '**/*.md', '**/*.nako3', '**/*.nako', '**/*.mts'),
  ],
  en: [
    deb('manpages', 'roff', 'usr/share/man/man*/*.gz'),
    deb('manpages-dev', 'roff', 'usr/share/man/man*/*.gz'),
    deb('libreoffice-help-en-us', 'html', '**/*.html'),
    deb('apache2-doc', 'html', 'usr/share/doc/apache2-doc/manual/en/**/*.html'),
    deb('debian-handbook', 'html', '**/en-US/*.html'),
  ],
  code: [
    npm('typescript', '5.9.3', 'code', 'lib/typescript.js', 'lib/lib.*.d.ts'),
    npm('three', '0.180.0', 'code', 'src/**/*.js'),
    npm('prettier', '3.6.2', 'code', '*.js', '*.mjs'),
  ],
};

/** Lines of the language in a fixed order, at most `limitBytes` of UTF-8 with newlines. */
export async function textLines(
  name: TextName,
  progress: (line: string) => void,
  limitBytes = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const folder = await once(`tokenizer-text-${name}-1`, (making) => collect(name, making, progress));
  const lines = readFileSync(join(folder, 'lines.txt'), 'utf8').split('\n').slice(0, -1);
  let bytes = 0;
  return lines.filter((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes <= limitBytes;
  });
}

async function collect(name: TextName, folder: string, progress: (line: string) => void): Promise<void> {
  const seen = new Set<string>();
  for (const [index, part] of SOURCES[name].entries()) {
    progress(`fetching ${name} text: ${JSON.stringify(part.location)}`);
    const outDir = join(folder, `${index}`);
    mkdirSync(outDir);
    await ingest(part, outDir);
    const documents = createReadStream(join(outDir, 'documents.jsonl.gz')).pipe(createGunzip());
    for await (const document of createInterface({ input: documents })) {
      const { text } = JSON.parse(document) as { text: string };
      for (const line of text.split('\n')) if (belongs(line, name)) seen.add(line);
    }
  }
  writeFileSync(join(folder, 'lines.txt'), [...seen].map((line) => `${line}\n`).join(''));
}

function ingest(part: SourcePart, outDir: string) {
  const limits = { maxBytes: 2 ** 30, maxFiles: 100_000, maxSeconds: 1800 };
  const sourceId = '00000000-0000-4000-8000-000000000000';
  return runStage(
    { kind: 'ingest', sourceId, parts: [part], limits },
    {
      inputs: [],
      uploads: {},
      outDir,
      threads: 1,
      signal: new AbortController().signal,
      progress: () => undefined,
      metrics: () => undefined,
      resumeFrom: null,
      saveCheckpoint: async () => undefined,
    },
  );
}

/** Whole lines only, no U+2581 (SentencePiece cannot tell it from a space), and mostly the language asked for. */
function belongs(line: string, name: TextName): boolean {
  if (line.length < LEAST_CHARACTERS || Buffer.byteLength(line) > MAX_LINE_BYTES) return false;
  if (/[\u2581\u2585\0\r]/.test(line)) return false;
  const japanese = line.match(/[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}ー]/gu)?.length ?? 0;
  return name === 'ja' ? japanese >= LEAST_JAPANESE * line.length : true;
}
