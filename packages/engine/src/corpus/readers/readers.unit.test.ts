import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToText } from './html.ts';
import { glueBetween, unwrap } from './join-lines.ts';
import { markdownText } from './markdown.ts';
import { type ReadResult, readFile } from './read-file.ts';
import { parseArguments, roffToText } from './roff.ts';
import { decodeUtf8 } from './utf8.ts';

async function read(content: string | Buffer, format: 'text' | 'jsonl' | 'markdown', path = 'a.txt') {
  const results: ReadResult[] = [];
  for await (const result of readFile({ path, chunks: [Buffer.from(content)] }, format)) results.push(result);
  return results;
}

describe('manual pages', () => {
  it('become headings, tags and unwrapped paragraphs; comments and the title line go', () => {
    const page = String.raw`.\" A comment with a licence.
.TH LS 1 2021 GNU "User Commands"
.SH 名前
ls \- ディレクトリを表示する
.SH 説明
.PP
ファイルの情報を
一覧表示します。
.B ls
に
.IR FILE ( 1 )
を渡す\(em\fB\-\-sort\fR も。
.TP
\fB\-a\fR, \fB\-\-all\fR
\&. で始まる
要素\*(lq全部\*(rq
.IP \(bu 2
項目
.nf
  keep   this
.fi
終わり \" trailing
.so man1/other.1
`;
    expect(roffToText(page)).toBe(
      `名前

ls - ディレクトリを表示する

説明

ファイルの情報を一覧表示します。 ls に FILE(1) を渡す—--sort も。

-a, --all
. で始まる要素“全部”

- 項目
  keep   this
終わり`.replace('。 ls', '。ls'),
    );
  });

  it('follow conditions as nroff does, drop macro definitions and use strings that are defined', () => {
    const page = String.raw`.de XX
never
..
.ds Pr プログラム
.if t .B typeset
.if n .B screen
.ie \n(.g .B groff
.el .B other
.if t \{\
.B hidden
.\}
\*(Pr end\c
ing`;
    expect(roffToText(page)).toBe('screen groff プログラム ending');
  });

  it('keep tables as tab-separated rows', () => {
    const page = '.TS\ntab(;) allbox;\nl l\nl l.\n名前;意味\n_\na;T{\n長い\n文\nT}\n.TE\nafter';
    expect(roffToText(page)).toBe('名前\t意味\na\t長い 文\nafter');
  });

  it('read the inline macros of mdoc', () => {
    const page = `.Dd May 1, 2000
.Dt CAT 1
.Sh 名称
.Nm cat
.Nd 連結する
.Sh 書式
.Nm
.Op Fl bu
.Op Fl o Ar file
.Ar
.Sh 説明
.Nm
は
.Xr sh 1 ,
.Dq Pa /etc
を見る。
.Bl -tag -width x
.It Fl b
行番号
.El
.Bd -literal
  a  b
.Ed`;
    expect(roffToText(page)).toBe(`名称

cat - 連結する

書式

cat [-bu] [-o file] file ...

説明

cat は sh(1), “/etc” を見る。

-b
行番号

  a  b`);
  });

  it('that only refer to another page are empty', () => expect(roffToText('.so man1/bash.1\n')).toBe(''));

  it('never break the reader, whatever the bytes', () => {
    const soup = fc.array(
      fc.constantFrom(
        '.',
        "'",
        '\\',
        '"',
        'if',
        'ie',
        'TS',
        'de',
        '\n',
        ' ',
        '(',
        '[',
        '{',
        '}',
        'f',
        '*',
        'n',
        'あ',
      ),
    );
    fc.assert(
      fc.property(soup, (parts) => typeof roffToText(parts.join('')) === 'string'),
      { numRuns: 500 },
    );
  });

  it('take time in proportion to their size, also when they were made to hurt', () => {
    const size = 200_000;
    const bombs = [
      '\\'.repeat(size),
      `${'\\'.repeat(size)}x`,
      `${' '.repeat(size)}x`,
      `.if n ${'.if n '.repeat(size / 5)}`,
      `.ds a ${'x'.repeat(9000)}\n${Array.from({ length: 9 }, (_, i) => `.ds ${'bcdefghij'[i]} ${`\\*${'abcdefghi'[i]}`.repeat(900)}`).join('\n')}\n${'\\*j'.repeat(size / 3)}`,
      'word\n'.repeat(size / 5),
      `.de x\n${'.y\n'.repeat(size / 3)}`,
    ];
    const start = performance.now();
    for (const bomb of bombs) roffToText(bomb);
    for (const bomb of [
      '<div>'.repeat(size / 5),
      '<tr><td>'.repeat(size / 8),
      '<ul><li>'.repeat(60_000),
      `<p>${'a\n'.repeat(size / 2)}`,
      `<pre>${'\n'.repeat(size)}x`,
    ]) {
      htmlToText(bomb);
    }
    expect(htmlToText(`${'<div>'.repeat(30_000)}<p>本文です。</p>`)).toBe('本文です。');
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('split arguments at spaces outside quotes and keep escaped spaces', () => {
    expect(parseArguments(String.raw`a "b ""c"" d" e\ f \" comment`)).toEqual([
      'a',
      'b "c" d',
      String.raw`e\ f`,
    ]);
  });
});

describe('HTML', () => {
  it('gives the text without what stands around it', () => {
    const page = `<html><head><title>t</title><script>x()</script></head><body>
<nav><a href="/">Home</a></nav><div class="breadcrumbs"><a href="/">A</a> &gt; B</div>
<h1>見出し <a class="permalink" href="#x">¶</a></h1>
<p>最初の
段落で、<b>太字</b>と
<a href="x">リンク</a>。</p>
<ul><li><a href="a">only a link</a></li><li>項目 &amp; 一</li><li><p>項目二</p></li></ul>
<h2>表</h2><table><tr><th>名前:</th><td><p>値</p></td></tr><tr><th>a</th><td>b</td></tr></table>
<pre><code>if (a) {
  b();
}</code></pre>
<footer>© somebody</footer></body></html>`;
    expect(htmlToText(page)).toBe(`見出し

最初の段落で、太字とリンク。

- 項目 & 一
- 項目二

表

名前:\t値
a\tb

if (a) {
  b();
}`);
  });

  it('keeps only the marked main part where that holds the text', () => {
    const side = '<div>側面の文章がここにあります。</div>';
    expect(htmlToText(`${side}<main><p>${'本文です。'.repeat(20)}</p></main>`)).toBe('本文です。'.repeat(20));
    expect(htmlToText(`<main></main>${side}`)).toBe('側面の文章がここにあります。');
  });

  it('finds the article among teasers and comments that no element marks', () => {
    const prose =
      'This sentence, like the ones beside it, belongs to the article and is long enough to be prose. ';
    const teaser =
      '<div><h3><a href="/x">Another story</a></h3><p>A short teaser of some other story, on another page, which is no part of this one.</p></div>';
    const page = `<body><div>${teaser}${teaser}</div><h1>The headline</h1><div><p>${prose.repeat(4)}</p><p>${prose.repeat(5)}</p></div>
<div class="comments"><p>${prose.repeat(6)}</p></div></body>`;
    const text = htmlToText(page);
    expect(text.startsWith('The headline\n\nThis sentence')).toBe(true);
    expect(text.split('\n\n')).toHaveLength(3);
  });

  it('does not believe a name, a form or an open anchor that holds the whole page', () => {
    const prose =
      '<p>本文がここにあり、名前がどうであれ、頁の文章の大半を占めています。読まれるべき文章です。</p>'.repeat(
        3,
      );
    for (const page of [
      `<div class="sidebar">${prose}</div>`,
      `<form id="aspnet">${prose}</form>`,
      `<a name="top"><div>${prose}</div>`,
    ])
      expect(htmlToText(`<body>${page}</body>`).split('\n\n')).toHaveLength(3);
  });

  it('survives broken nesting', () => {
    expect(htmlToText('<p>a<div>b</p></li></div></nav>c<table><td>d')).toBe('a\n\nb\n\nc\n\nd');
  });
});

describe('plain files', () => {
  it('are unwrapped with a space, but not between Japanese characters', () => {
    expect([glueBetween('日本', '語'), glueBetween('FILE', 'を'), glueBetween('です。', 'GNU')]).toEqual([
      '',
      ' ',
      '',
    ]);
    expect(unwrap('a\n  b\n\n日\n 本 ')).toBe('a b 日本');
  });

  it('lose front matter and nothing else when they are Markdown', () => {
    expect(markdownText('---\ntitle: x\n---\n# A\n\n---\n')).toBe('# A\n\n---\n');
    expect(markdownText('# A\n\n---\nb\n---\n')).toBe('# A\n\n---\nb\n---\n');
  });

  it('have CRLF, control characters and a byte order mark taken out', async () => {
    expect(await read('\ufeffa \r\n\u0000b\u001b\r\n\n', 'text')).toMatchObject([
      { text: 'a\nb', path: 'a.txt' },
    ]);
  });

  it('tell the offset of the first byte that is not UTF-8', async () => {
    const mixed = Buffer.concat([Buffer.from('ab日'), Buffer.from([0x93, 0xfa])]);
    expect(await read(mixed, 'text')).toMatchObject([{ problem: 'not-text', file: 'a.txt', offset: 5 }]);
    for (const bad of [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xe3, 0x81],
    ]) {
      expect(decodeUtf8(Buffer.from([0x61, ...bad]))).toEqual({ badOffset: 1 });
    }
  });

  it('find the same first bad byte as TextDecoder, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (array) => {
        const bytes = Buffer.from(array);
        const decoded = decodeUtf8(bytes);
        if ('text' in decoded) return true;
        const strict = (end: number) =>
          new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
        strict(decoded.badOffset); // all before it is fine
        return true;
      }),
    );
  });
});

describe('JSONL', () => {
  it('is one document a line, whatever the chunks', async () => {
    const lines = ['{"text":"一\\u2028行","x":1}', '', '{"text":"二"}'].join('\n');
    expect(await read(lines, 'jsonl', 'a.jsonl')).toMatchObject([
      { text: '一\u2028行', path: 'a.jsonl:1' },
      { text: '二', path: 'a.jsonl:3' },
    ]);
  });

  it('tells which line is no object with a text, and goes on behind it', async () => {
    expect(await read('{"text":"a"}\n{"txt":1}\n{"text":"b"}', 'jsonl', 'a.jsonl')).toMatchObject([
      { text: 'a', path: 'a.jsonl:1' },
      { problem: 'broken', file: 'a.jsonl:2', record: 1, offset: 13 },
      { text: 'b', path: 'a.jsonl:3' },
    ]);
  });
});
