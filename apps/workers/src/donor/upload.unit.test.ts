import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, expect, test } from 'vitest';
import { HubUnreachable } from './hub-client.ts';
import { put } from './upload.ts';

const dir = mkdtempSync(join(tmpdir(), 'tsudoi-upload-'));
const path = join(dir, 'file');
const bytes = randomBytes(8 * 1024 * 1024);
writeFileSync(path, bytes);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serving(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/object`;
}

test('every byte arrives, however slowly, as long as some move', async () => {
  let received = Buffer.alloc(0);
  const url = await serving(async (request, response) => {
    received = await buffer(request);
    response.writeHead(204).end();
  });
  await put(url, path, bytes.length, {}, 5000);
  expect(received.equals(bytes)).toBe(true);
});

test('a store that takes nothing more is given up in bounded time, and so is one that never answers', async () => {
  const stalled = await serving((request) => void request.pause());
  await expect(put(stalled, path, bytes.length, {}, 200)).rejects.toThrow(
    /nothing moved for 0.2 s after \d+ of/,
  );
  server.closeAllConnections();
  server.close();
  const silent = await serving((request) => void request.resume());
  const failure = put(silent, path, bytes.length, {}, 200);
  await expect(failure).rejects.toThrow(HubUnreachable);
  await expect(failure).rejects.toThrow(`after ${bytes.length} of ${bytes.length} bytes`);
});

test('a refusal keeps its code', async () => {
  const url = await serving((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(422, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ rejection: { code: 'upload.hash-differs', params: { file: 'x' } } }));
    });
  });
  await expect(put(url, path, bytes.length, {})).rejects.toMatchObject({ code: 'upload.hash-differs' });
});
