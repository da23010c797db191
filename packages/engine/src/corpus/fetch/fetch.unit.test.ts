import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Location } from '@tsudoi/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarOf } from '../testing/tar.ts';
import { fetchLocation } from './fetch-location.ts';
import { matchGlobs } from './glob.ts';
import { openFiles } from './open-files.ts';
import { readTar } from './tar.ts';
import { fetchUrl, isPrivateAddress, type Network } from './url.ts';

const root = mkdtempSync(join(tmpdir(), 'tsudoi-fetch-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const freshDir = () => join(root, `${folders++}`);
const limits = { maxBytes: 100_000, maxFiles: 10, maxSeconds: 20 };
const signal = new AbortController().signal;

/** An upload of these bytes and what its files contain. */
async function upload(fileName: string, bytes: Buffer, include = ['**'], bounds = limits) {
  const path = join(root, `${folders++}`);
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const location: Location = { kind: 'upload', sha256, size: bytes.length, fileName };
  const fetched = await fetchLocation(location, freshDir(), bounds, { signal, uploads: { [sha256]: path } });
  const { files, counts } = openFiles(location, fetched, include, bounds, signal);
  const found: Record<string, string> = {};
  for await (const file of files) {
    const parts: Buffer[] = [];
    for await (const chunk of file.chunks) parts.push(chunk);
    found[file.path] = Buffer.concat(parts).toString();
  }
  return { found, counts, fetched };
}

describe('archives', () => {
  it('give the files that match, decompressed, and pin what was fetched by its hash', async () => {
    const tar = tarOf([
      { path: './doc/a.md', content: 'A' },
      { path: 'doc/b.txt.gz', content: gzipSync('B') },
      { path: 'c.bin', content: 'C' },
    ]);
    const { found, fetched } = await upload('x.tar.gz', gzipSync(tar), ['doc/*.md', '**/*.txt.gz']);
    expect(found).toEqual({ 'doc/a.md': 'A', 'doc/b.txt': 'B' });
    expect(fetched).toMatchObject({ bytes: gzipSync(tar).length, version: fetched.sha256.slice(0, 12) });
  });

  it('cannot reach outside: traversal, absolute paths, links and devices are passed over', async () => {
    const { found } = await upload(
      'x.tar',
      tarOf([
        { path: '../../etc/passwd', content: 'no' },
        { path: '/etc/passwd', content: 'no' },
        { path: 'a/../../b', content: 'no' },
        { path: 'link', type: '2', linkTarget: '/etc/passwd' },
        { path: 'hard', type: '1', linkTarget: '/etc/passwd' },
        { path: 'link/file', content: 'under a link, and never written' },
        { path: 'device', type: '3' },
        { path: 'fine', content: 'yes' },
      ]),
    );
    expect(found).toEqual({ 'link/file': 'under a link, and never written', fine: 'yes' });
  });

  it('may use long names of GNU tar and pax', async () => {
    const long = `${'d/'.repeat(80)}a.txt`;
    const record = (text: string) => `${text.length + 4} ${text}\n`;
    const tar = tarOf([
      { path: 'x', type: 'L', content: `${long}\0` },
      { path: 'cut', content: '1' },
      { path: 'y', type: 'x', content: record(`path=日本/b.txt`.padEnd(20)).replace(/ +\n/, '\n') },
      { path: 'cut', content: '2' },
      { path: 'c.txt', content: '3' },
    ]);
    expect((await upload('x.tar', tar)).found).toEqual({ [long]: '1', '日本/b.txt': '2', 'c.txt': '3' });
  });

  it('read the same from chunks of any size', async () => {
    const tar = tarOf([
      { path: 'a', content: 'x'.repeat(1000) },
      { path: 'skip', content: 'y'.repeat(3000) },
      { path: 'b', content: 'z' },
    ]);
    for (const size of [1, 7, 511, 512, 513, 5000]) {
      const chunks = async function* () {
        for (let i = 0; i < tar.length; i += size) yield tar.subarray(i, i + size);
      };
      const entries = [];
      for await (const entry of readTar(chunks(), (path) => path !== 'skip'))
        entries.push(`${entry.path}${entry.bytes.length}`);
      expect(entries).toEqual(['a1000', 'b1']);
    }
  });

  it('are refused when they unpack to far more than allowed', async () => {
    const bomb = gzipSync(tarOf([{ path: 'a', content: Buffer.alloc(2_000_000) }]));
    expect(bomb.length).toBeLessThan(10_000);
    await expect(upload('x.tgz', bomb, ['other'])).rejects.toMatchObject({ code: 'source.oversized' });
  });

  it('are refused when broken, when too many files match, and when none does', async () => {
    const tar = tarOf([{ path: 'a', content: 'x'.repeat(2000) }]);
    await expect(upload('x.tar', tar.subarray(0, 1024))).rejects.toMatchObject({
      code: 'source.unreachable',
    });
    await expect(upload('x.tar', Buffer.alloc(600, 'q'))).rejects.toMatchObject({
      code: 'source.unreachable',
    });
    await expect(upload('x.tgz', Buffer.from('not gzip'))).rejects.toMatchObject({
      code: 'source.unreachable',
    });
    const many = tarOf(Array.from({ length: 11 }, (_, i) => ({ path: `${i}`, content: 'x' })));
    await expect(upload('x.tar', many)).rejects.toMatchObject({
      code: 'recipe.invalid',
      params: { field: 'limits.maxFiles' },
    });
    await expect(upload('x.tar', tar, ['*.md'])).rejects.toMatchObject({
      code: 'source.nothing-matched',
      params: { location: 'x.tar', include: '*.md' },
    });
  });
});

describe('uploads', () => {
  it('must be there, fit, and be what their hash says', async () => {
    await expect(upload('big.txt', Buffer.alloc(100_001, 'a'))).rejects.toMatchObject({
      code: 'source.oversized',
    });
    const sha256 = 'a'.repeat(64);
    const location: Location = { kind: 'upload', sha256, size: 1, fileName: 'a.txt' };
    await expect(fetchLocation(location, freshDir(), limits, { signal })).rejects.toMatchObject({
      code: 'object.missing',
    });
    writeFileSync(join(root, 'other'), 'b');
    const uploads = { [sha256]: join(root, 'other') };
    await expect(fetchLocation(location, freshDir(), limits, { signal, uploads })).rejects.toMatchObject({
      code: 'upload.hash-differs',
    });
  });
});

describe('URLs', () => {
  let server: Server;
  let base: string;
  /** The same code over plain HTTP to this machine, which the public network forbids. */
  const local: Network = { request: httpRequest as Network['request'], isForbidden: () => false };
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/ok.txt' }).end();
      else if (request.url === '/ok.txt') response.end('本文');
      else if (request.url === '/big') {
        response.on('error', () => undefined);
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      } else if (request.url === '/slow') response.write('a');
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = (path: string, network = local, bounds = limits) =>
    fetchLocation({ kind: 'url', url: `${base}${path}` }, freshDir(), bounds, { signal, network });

  it('are downloaded and pinned', async () => {
    expect(await get('/ok.txt')).toMatchObject({
      bytes: 6,
      sha256: createHash('sha256').update('本文').digest('hex'),
    });
  });

  it('are refused on redirects and errors, with what the server said', async () => {
    await expect(get('/moved')).rejects.toMatchObject({
      code: 'source.unreachable',
      params: { problem: 'HTTP 302' },
    });
    await expect(get('/gone')).rejects.toMatchObject({
      code: 'source.unreachable',
      params: { problem: 'HTTP 404' },
    });
  });

  it('are cut off as soon as they are too large, even when they never end', async () => {
    await expect(get('/big')).rejects.toMatchObject({ code: 'source.oversized' });
  });

  it('are given up after the time of the recipe', async () => {
    await expect(get('/slow', local, { ...limits, maxSeconds: 1 })).rejects.toMatchObject({
      code: 'source.unreachable',
      params: { problem: 'more than 1 s' },
    });
  });

  it('never reach this machine or a private network, by address or by name', async () => {
    const guarded: Network = { ...local, isForbidden: isPrivateAddress };
    await expect(get('/ok.txt', guarded)).rejects.toMatchObject({
      params: { problem: 'the address is not public' },
    });
    for (const host of ['127.0.0.1', '[::1]', '169.254.169.254', '[::ffff:10.0.0.1]', '[fd00::1]']) {
      const location: Location = { kind: 'url', url: `https://${host}/` };
      await expect(fetchUrl(location, root, limits, signal)).rejects.toMatchObject({
        code: 'source.unreachable',
        params: { problem: 'the address is not public' },
      });
    }
    expect(['8.8.8.8', '2606:4700::1111', '172.32.0.1'].map(isPrivateAddress)).toEqual([false, false, false]);
    expect(
      ['0.0.0.0', '100.64.1.1', '172.31.9.9', '224.0.0.1', 'fe80::1', 'ff02::1', '2002:7f00:1::'].every(
        isPrivateAddress,
      ),
    ).toBe(true);
  });

  it('stop when the job is aborted, and that is no rejection', async () => {
    const controller = new AbortController();
    const running = fetchLocation({ kind: 'url', url: `${base}/slow` }, freshDir(), limits, {
      signal: controller.signal,
      network: local,
    });
    controller.abort(new Error('lease lost'));
    await expect(running).rejects.toThrow('lease lost');
  });
});

describe('globs', () => {
  it('match whole paths, segment by segment', () => {
    const table: [string, string, boolean][] = [
      ['**/*.md', 'a.md', true],
      ['**/*.md', 'x/.y/a.md', true],
      ['*.md', 'x/a.md', false],
      ['docs/**', 'docs/a/b', true],
      ['docs/**', 'docs2/a', false],
      ['man?/*.gz', 'man1/ls.1.gz', true],
      ['{a,b}/**/*.{js,ts}', 'b/c/d/e.ts', true],
      ['{a,b}/*.js', 'c/e.js', false],
      ['a.c', 'abc', false],
      ['a+(b).txt', 'a+(b).txt', true],
    ];
    for (const [pattern, path, expected] of table)
      expect([pattern, path, matchGlobs([pattern])(path)]).toEqual([pattern, path, expected]);
  });
});
