import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tempDir } from '../../../../packages/engine/src/stages/testing/temp-dir.ts';
import { openObjectCache } from './object-cache.ts';
import { uploadFile } from './upload.ts';

let server: Server;
let address: string;
const stored = new Map<string, Buffer>();
const signal = new AbortController().signal;
const hashOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (request.method === 'PUT') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      stored.set(path, Buffer.concat(chunks));
      if (path === '/full') {
        response.statusCode = 413;
        return response.end(
          JSON.stringify({
            rejection: { code: 'upload.too-large', params: { size: 2, limit: 1 }, text: '' },
          }),
        );
      }
      return response.end();
    }
    const bytes = stored.get(path);
    response.statusCode = bytes ? 200 : 404;
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('an object is fetched once and then taken from the cache', async () => {
  stored.set('/one', Buffer.from('first'));
  const cache = await openObjectCache(tempDir());
  const path = await cache.fetch(hashOf('first'), async () => `${address}/one`, signal);
  expect(readFileSync(path, 'utf8')).toBe('first');
  const again = await cache.fetch(hashOf('first'), () => Promise.reject(new Error('asked twice')), signal);
  expect(again).toBe(path);
});

test('a download that was under way when its process was killed is thrown away, one of a living process is not', async () => {
  const dir = tempDir();
  const dead = spawnSync('true').pid;
  for (const pid of [dead, process.pid, process.ppid])
    writeFileSync(join(dir, `${hashOf('big')}.${pid}.part`), 'begun');
  await openObjectCache(dir);
  expect(readdirSync(dir)).toEqual([`${hashOf('big')}.${process.ppid}.part`]);
});

test('bytes that do not match their hash are refused and leave nothing behind', async () => {
  stored.set('/wrong', Buffer.from('something else'));
  const dir = tempDir();
  const cache = await openObjectCache(dir);
  await expect(cache.fetch(hashOf('wanted'), async () => `${address}/wrong`, signal)).rejects.toMatchObject({
    code: 'upload.hash-differs',
  });
  expect(readdirSync(dir)).toEqual([]);
});

test('a damaged object in the cache is fetched again', async () => {
  const dir = tempDir();
  stored.set('/whole', Buffer.from('whole'));
  writeFileSync(join(dir, hashOf('whole')), 'who');
  const cache = await openObjectCache(dir);
  const path = await cache.fetch(hashOf('whole'), async () => `${address}/whole`, signal);
  expect(readFileSync(path, 'utf8')).toBe('whole');
});

test('an upload sends size and bytes under its hash, and nothing when the store has them', async () => {
  const path = join(tempDir(), 'file');
  writeFileSync(path, 'model bytes');
  const confirmed: string[] = [];
  const hub = (url: string | null) => ({
    grantUpload: async () => ({ url, headers: { 'content-type': 'text/plain' } }),
    confirmUpload: async ({ sha256 }: { sha256: string }) => void confirmed.push(sha256),
  });
  const lease = { jobId: '00000000-0000-4000-8000-000000000001', epoch: 1 };
  const expected = { sha256: hashOf('model bytes'), size: 11 };
  const file = { path, mediaType: 'text/plain' };
  expect(await uploadFile(hub('/put/model'), address, lease, file)).toEqual(expected);
  expect(stored.get('/put/model')?.toString()).toBe('model bytes');
  expect(await uploadFile(hub(null), address, lease, file)).toEqual(expected);
  expect(confirmed).toEqual([expected.sha256]);
  await expect(uploadFile(hub('/full'), address, lease, file)).rejects.toMatchObject({
    code: 'upload.too-large',
  });
});
