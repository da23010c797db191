import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { DocumentFormat } from '@tsudoi/schema';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { brief, readBytes, warcRecord, warcResponse } from '../testing/records.ts';
import { detectLicence, notWritten } from './code-checks.ts';
import { openBundle, readGitTree } from './git-tree.ts';
import { wikitextToText } from './wikitext.ts';

const page = (text: string) => `<html><body><nav><a href="/">Home</a></nav><p>${text}</p></body></html>`;
const warc = Buffer.concat(
  [
    warcRecord('warcinfo', { 'Content-Type': 'application/warc-fields' }, 'software: x'),
    warcRecord('request', { 'Content-Type': 'application/http; msgtype=request' }, 'GET / HTTP/1.1\r\n\r\n'),
    warcResponse('https://a.jp/1', page('一番目のページです。')),
    warcResponse(
      'https://a.jp/2',
      Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
      'Content-Type: text/html; charset=Shift_JIS',
    ),
    warcResponse(
      'https://a.jp/3',
      gzipSync(page('三番目')),
      'Content-Type: text/html\r\nContent-Encoding: gzip',
    ),
    warcResponse(
      'https://a.jp/4',
      '6\r\n<p>四\r\n3\r\n目\r\n0\r\n\r\n',
      'Content-Type: text/html\r\nTransfer-Encoding: chunked',
    ),
    warcResponse('https://a.jp/5.png', 'PNG', 'Content-Type: image/png'),
    warcRecord('conversion', { 'WARC-Target-URI': 'https://a.jp/6', 'Content-Type': 'text/plain' }, '六番目'),
  ].map((record) => gzipSync(record)),
);
const jsonl = Buffer.from(
  ['一', '二', '三', '四'].map((text) => JSON.stringify({ text, url: `https://x/${text}` })).join('\n'),
);
const wiki = Buffer.from(`<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/"><siteinfo></siteinfo>
<page><title>東京</title><ns>0</ns><id>1</id><revision><id>9</id><text xml:space="preserve">'''東京'''は[[日本|我が国]]の首都（）。&lt;ref&gt;注&lt;/ref&gt;</text></revision></page>
<page><title>転送</title><ns>0</ns><id>2</id><redirect title="東京" /><revision><text>#REDIRECT [[東京]]</text></revision></page>
<page><title>ノート:東京</title><ns>1</ns><id>3</id><revision><text>話</text></revision></page>
<page><title>大阪</title><ns>0</ns><id>4</id><revision><text>大阪は都市。</text></revision></page>
</mediawiki>
`);
const parquet = Buffer.from(
  parquetWriteBuffer({
    columnData: [
      { name: 'text', data: ['一行', '', '三行', '四行'], type: 'STRING' },
      { name: 'url', data: ['https://x/1', 'https://x/2', 'https://x/3', 'https://x/4'], type: 'STRING' },
    ],
    rowGroupSize: 3,
  }),
);

describe('each format', () => {
  it('gives the texts of a WARC file whatever their codings and encodings, with their addresses', async () => {
    const results = await readBytes(warc, 'warc', 'a.warc.gz');
    expect(brief(results)).toEqual(['一番目のページです。', '日本', '三番目', '四目', '六番目']);
    expect(results[1]).toMatchObject({ attributes: { url: 'https://a.jp/2', encoding: 'shift_jis' } });
  });

  it('gives the articles of a MediaWiki dump without redirects and talk', async () => {
    expect(await readBytes(wiki, 'mediawiki', 'jawiki.xml')).toMatchObject([
      { text: '東京は我が国の首都。', attributes: { title: '東京' } },
      { text: '大阪は都市。', attributes: { title: '大阪' } },
    ]);
  });

  it('gives the rows of a Parquet file with their addresses', async () => {
    const results = await readBytes(parquet, 'parquet', 'a.parquet');
    expect(brief(results)).toEqual(['一行', 'a.parquet, record 1, byte 0: holds no text', '三行', '四行']);
    expect(results[3]).toMatchObject({ attributes: { url: 'https://x/4' } });
  });

  it('gives every line of a zstd file of many frames, wherever a chunk ends, and notices a last one that is cut', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `${i}`.repeat(1 + i * i));
    const frames = texts.map((text) => zstdCompressSync(`${JSON.stringify({ text })}\n`));
    const skippable = Buffer.from('502a4d180400000001020304', 'hex');
    const file = Buffer.concat([...frames.slice(0, 5), skippable, ...frames.slice(5)]);
    for (const size of [1, 5, 64, file.length])
      expect(brief(await readBytes(file, 'jsonl', 'a', undefined, size))).toEqual(texts);
    expect(brief(await readBytes(file.subarray(0, -9), 'jsonl', 'a', undefined, file.length)).at(-1)).toMatch(
      /^a, record 11, byte \d+: ends in the middle/,
    );
  });

  it('goes on from any cursor to exactly the rest, compressed or not', async () => {
    const files: [Buffer, DocumentFormat][] = [
      [jsonl, 'jsonl'],
      [gzipSync(jsonl), 'jsonl'],
      [zstdCompressSync(jsonl), 'jsonl'],
      [warc, 'warc'],
      [wiki, 'mediawiki'],
      [parquet, 'parquet'],
      [Buffer.from('whole'), 'text'],
    ];
    for (const [bytes, format] of files) {
      const all = await readBytes(bytes, format, 'a');
      for (const [i, { cursor }] of all.entries())
        expect(await readBytes(bytes, format, 'a', cursor, 64)).toEqual(all.slice(i + 1));
    }
  });
});

describe('wikitext', () => {
  it('keeps prose, lists and headings, and ends at the notes', () => {
    const source = `{{Infobox|a={{b}}}}
'''記事'''は[[ファイル:a.png|thumb|[[説明]]つき]]本文（、）です<ref name="a" />。[https://x.jp 公式]
{| class="wikitable"
| 表
|}
== 歴史 ==
* 一つ目
* [[二つ目#節]]
[[Category:例]]
== 脚注 ==
{{reflist}}`;
    expect(wikitextToText(source)).toBe('記事は本文です。公式\n\n歴史\n- 一つ目\n- 二つ目#節');
  });

  it('takes time in proportion to its size, also when it was made to hurt', () => {
    const start = performance.now();
    for (const bomb of ['{{', '[[', '[[a|', '{|', '<ref>', "''", '[http://', '&lt;', '<!--', '（'])
      wikitextToText(bomb.repeat(30_000));
    for (const [open, close] of ['{{ }}', '{| |}', '[[ ]]'].map((pair) => pair.split(' ')))
      wikitextToText(open.repeat(60_000) + close.repeat(60_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('a Git tree', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsudoi-git-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.jp', ...args]);

  it('gives the wanted files of a commit with the nearest licence, without vendored ones, from a bundle too, and of no endless tree', async () => {
    git('init', '-q');
    execFileSync('mkdir', ['-p', join(folder, 'src/sub'), join(folder, 'node_modules/x')]);
    const mit = 'Permission is hereby granted, free of charge, to any person obtaining a copy';
    writeFileSync(join(folder, 'LICENSE'), mit);
    writeFileSync(join(folder, 'src/a.ts'), 'export const a = 1;\n');
    writeFileSync(join(folder, 'src/sub/LICENSE.md'), 'Apache License\n  Version 2.0, January 2004');
    writeFileSync(join(folder, 'src/sub/b.ts'), 'b');
    writeFileSync(join(folder, 'node_modules/x/c.ts'), 'c');
    git('add', '-A', '-f');
    git('commit', '-qm', 'x');
    git('bundle', 'create', '-q', 'all.bundle', 'HEAD');
    const filesOf = async (repository: string) => {
      const found: string[][] = [];
      const options = { wanted: (path: string) => path.endsWith('.ts'), maxFileBytes: 1000 };
      for await (const { path, bytes, licence } of readGitTree(repository, options))
        found.push([path, bytes.toString(), licence]);
      return found;
    };
    const expected = [
      ['src/a.ts', 'export const a = 1;\n', 'MIT'],
      ['src/sub/b.ts', 'b', 'Apache-2.0'],
    ];
    expect(await filesOf(folder)).toEqual(expected);
    const { repository, close } = await openBundle(join(folder, 'all.bundle'));
    expect(await filesOf(repository)).toEqual(expected);
    const endless = readGitTree(repository, { wanted: () => true, maxFileBytes: 1000, maxFiles: 2 });
    await expect(endless.next()).rejects.toMatchObject({ problem: 'bomb' });
    await close();
    await expect(openBundle(join(folder, 'LICENSE'))).rejects.toMatchObject({ problem: 'broken' });
  });

  it('tells code that nobody wrote there', () => {
    const lines = 'const a = 1;\n'.repeat(50);
    expect(notWritten('src/a.ts', lines)).toBeNull();
    expect(notWritten('vendor/a.go', lines)).toBe('vendored');
    expect(notWritten('a.min.js', lines)).toBe('generated');
    expect(notWritten('a.go', `// Code generated by protoc. DO NOT EDIT.\n${lines}`)).toBe('generated');
    expect(notWritten('a.js', 'a=1;'.repeat(2000))).toBe('minified');
    expect(detectLicence('/* SPDX-License-Identifier: MIT OR Apache-2.0 */')).toBe('MIT OR Apache-2.0');
    expect(detectLicence('All rights reserved.')).toBe('');
  });
});
