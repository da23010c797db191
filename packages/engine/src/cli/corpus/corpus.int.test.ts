import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { corpusDocument, corpusSource, writeCorpusFolder } from '../../corpus/testing/corpus-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsudoi-corpus-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = promisify(execFile);
const main = join(import.meta.dirname, '../corpus.ts');

async function corpus(...args: string[]) {
  const result = await run(process.execPath, [main, ...args]).catch((error) => error);
  return { code: (result.code as number | undefined) ?? 0, out: `${result.stdout}`, err: `${result.stderr}` };
}

const good = (n: number) =>
  `${n}番目の文章です。これは、${n * 7}回ほど書き直した、句点のある文です。今日は雨が降り、明日は晴れると聞きました。`.repeat(
    2,
  );
const path = join(folder, 'documents.jsonl.zst');
const texts = [...Array.from({ length: 20 }, (_, i) => good(i)), 'no Japanese here', 'あ'.repeat(300)];
writeFileSync(path, zstdCompressSync(texts.map((text) => `${JSON.stringify({ text })}\n`).join('')));

describe('npm run corpus', () => {
  it('extract goes on where it stopped, and the parts are the whole', async () => {
    const first = await corpus('extract', path, '--limit', '7');
    const from = /--from (\d+:\d+)/.exec(first.err)?.[1] ?? '';
    const rest = await corpus('extract', path, '--from', from);
    const lines = (first.out + rest.out).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).text)).toEqual(texts);
  });

  it('filter writes kept and dropped documents with their trace, and the tally', async () => {
    const { out, err } = await corpus('filter', path, '--preset', 'v1-normal', '--out', folder, '--json');
    expect(JSON.parse(out)).toMatchObject({ total: 22, kept: 20, dropped: 2 });
    expect(err).toContain('the list violence-ja is empty');
    const dropped = gunzipSync(readFileSync(join(folder, 'dropped.jsonl.gz')))
      .toString()
      .trim()
      .split('\n');
    expect(dropped.map((line) => JSON.parse(line).trace.filter)).toEqual([
      'ja-kana-position',
      'ja-kuten-interval',
    ]);
  });

  it('preview tells precision and recall against labels', async () => {
    const labels = join(folder, 'labels.jsonl');
    writeFileSync(labels, texts.map((text, i) => JSON.stringify({ text, label: i < 20 ? 0 : 2 })).join('\n'));
    const args = ['--filter', 'ja-kuten-interval', '--threshold', '100', '--labels', labels, '--json'];
    const { out } = await corpus('preview', path, ...args);
    expect(JSON.parse(out)).toMatchObject({
      kept: 20,
      dropped: 2,
      agreement: { labelled: 22, precision: 1, recall: 1 },
    });
  });

  it('document and search work on the folder of a build; a generation is traced to a document and its licence', async () => {
    const built = join(folder, 'built');
    const documents = texts
      .slice(0, 20)
      .map((text) => corpusDocument(text, { sourceId: 'a', language: 'ja' }));
    writeCorpusFolder(built, { sources: [corpusSource('a')], documents });
    const { out } = await corpus('document', built, '--json');
    expect(JSON.parse(out)).toMatchObject({
      documents: 20,
      files: expect.arrayContaining(['NOTICE', 'README.ja.md']),
    });
    const exact = await corpus('search', built, '7番目の文章', '--exact', '--json');
    expect(JSON.parse(exact.out)).toMatchObject({ occurrences: 4, documents: 2 });
    // The index of a corpus that is made again is made again, too.
    const later = [...documents, corpusDocument('7番目の文章', { sourceId: 'a', language: 'ja' })];
    writeCorpusFolder(built, { sources: [corpusSource('a')], documents: later });
    const again = await corpus('search', built, '7番目の文章', '--exact', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ occurrences: 5, documents: 3 });
    const generated = join(folder, 'generated.txt');
    writeFileSync(generated, `それは、49回ほど書き直した、句点のある文です。${'そうして'.repeat(3)}`);
    const traced = await corpus('search', built, '--trace', generated, '--min', '10', '--json');
    const [span] = JSON.parse(traced.out).spans;
    expect(span.text).toBe('れは、49回ほど書き直した、句点のある文です。');
    expect(span.hits[0]).toMatchObject({ id: documents[7]?.meta.id, licence: 'CC-BY-4.0' });
    expect(await corpus('search', built)).toMatchObject({ code: 2 });
    expect(await corpus('document', folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining('corpus.json is missing'),
    });
  });

  it('ends quietly when its reader has seen enough, and tells in one line of a file that is not what it should be', async () => {
    const lines = `${JSON.stringify({ text: good(1).repeat(20) })}\n`.repeat(2000);
    const many = join(folder, 'many.jsonl');
    writeFileSync(many, lines);
    const { stderr } = await run('sh', [
      '-c',
      '"$0" "$1" extract "$2" | head -c 9',
      process.execPath,
      main,
      many,
    ]);
    expect(stderr).toBe('');
    const plan = join(folder, 'plan');
    mkdirSync(plan);
    writeFileSync(join(plan, 'plan.json'), '{');
    const refused = { code: 1, err: expect.not.stringContaining('    at ') };
    const grouped = await corpus('dedup', many, '--out', join(folder, 'grouped'));
    expect(grouped).toMatchObject(refused);
    expect(grouped.err).toContain('many.jsonl cannot be read as JSONL.gz');
    expect(await corpus('rank', plan, '--rank', '0')).toMatchObject(refused);
    expect(await corpus('dedup', many, '--out', plan, '--threads', '0')).toMatchObject({ code: 2 });
  });

  it('called wrongly or with a file that is not there, says what to do and exits 2 or 1', async () => {
    expect(await corpus('filter', path, '--preset', 'nothing', '--out', folder)).toMatchObject({
      code: 2,
      err: expect.stringContaining('v1-normal'),
    });
    expect(await corpus('mix')).toMatchObject({ code: 2 });
    expect(await corpus('extract', join(folder, 'missing.jsonl'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('missing.jsonl'),
    });
  });
});
