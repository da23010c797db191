import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostSettings, postOutside } from './post.ts';

// The names below exist nowhere, so a connection can only come about by the addresses that were checked.
const name = 'receiver.invalid';
const dir = mkdtempSync(join(tmpdir(), 'tsudoi-tls-'));
const servers: Server[] = [];
let ca: string;

beforeAll(() => {
  openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca');
  ca = readFileSync(join(dir, 'ca.pem'), 'utf8');
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(dir, { recursive: true, force: true });
});

function openssl(line: string): void {
  execFileSync('openssl', line.split(' '), { cwd: dir, stdio: 'pipe' });
}

/** A receiver with a certificate of our CA for one name. @returns its port */
async function receiver(certified: string, days = 2): Promise<{ port: number; received: string[] }> {
  writeFileSync(join(dir, 'san'), `subjectAltName=DNS:${certified}`);
  openssl('req -newkey rsa:2048 -nodes -keyout key.pem -out csr.pem -subj /CN=receiver');
  openssl(
    `x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days ${days} -extfile san`,
  );
  const [key, cert] = ['key.pem', 'cert.pem'].map((file) => readFileSync(join(dir, file)));
  const received: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    received.push(request.headers.host ?? '');
    request.resume().once('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, received };
}

const asked: string[] = [];
const loopback = async (one: string) => {
  asked.push(one);
  return [{ address: '127.0.0.1', family: 4 }];
};
const post = (url: string, settings: Partial<PostSettings> = {}) =>
  postOutside(
    url,
    { headers: { 'content-type': 'text/plain' }, body: 'x' },
    { allowLoopback: true, resolve: loopback, timeoutMs: 5000, ...settings },
  );

describe('a delivery over TLS', () => {
  test('reaches a receiver whose certificate is for its name and of a trusted CA; the name is asked once', async () => {
    const { port, received } = await receiver(name);
    asked.length = 0;
    expect(await post(`https://${name}:${port}/`, { ca })).toMatchObject({ status: 204, error: null });
    expect([received, asked]).toEqual([[`${name}:${port}`], [name]]);
  });

  test('sends nothing to whoever shows another certificate, and the history says why', async () => {
    const right = await receiver(name);
    const other = await receiver('elsewhere.invalid');
    const over = await receiver(name, -1);
    expect(await post(`https://${name}:${right.port}/`)).toMatchObject({
      status: null,
      error: expect.stringMatching(/^certificate not trusted \([A-Z_]+\)$/),
    });
    expect(await post(`https://${name}:${other.port}/`, { ca })).toMatchObject({
      status: null,
      error: 'certificate not trusted (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
    expect(await post(`https://${name}:${over.port}/`, { ca })).toMatchObject({
      status: null,
      error: 'certificate not trusted (CERT_HAS_EXPIRED)',
    });
    expect([...right.received, ...other.received, ...over.received]).toEqual([]);
  });

  test('does not fall back to plain HTTP', async () => {
    let reached = 0;
    const plain = createPlainServer((_, response) => {
      reached++;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    const { status, error } = await post(`https://${name}:${port}/`, { ca });
    plain.close();
    expect([status, error, reached]).toEqual([null, 'no TLS at that address (EPROTO)', 0]);
  });
});

describe('a name that leads inside', () => {
  test.each([
    ['loopback', '127.0.0.1', 4],
    ['a private network', '10.1.2.3', 4],
    ['link-local, where clouds keep their secrets', '169.254.169.254', 4],
    ['IPv6 loopback', '::1', 6],
    ['a private address as IPv6', '::ffff:10.1.2.3', 6],
    ['loopback as IPv6 in hexadecimal', '::ffff:7f00:1', 6],
    ['a private address behind NAT64', '64:ff9b::10.1.2.3', 6],
  ])('is refused before a byte is sent: %s', async (_, address, family) => {
    const resolve = async () => [{ address, family }];
    const { status, error } = await post(`https://${name}/`, { allowLoopback: false, resolve });
    expect([status, error]).toEqual([null, 'not a public address']);
  });

  test('is refused where only one of its addresses does, whichever comes first', async () => {
    const both = [
      { address: '93.184.215.14', family: 4 },
      { address: '192.168.1.1', family: 4 },
    ];
    for (const found of [both, both.toReversed()]) {
      const { error } = await post(`https://${name}/`, { allowLoopback: false, resolve: async () => found });
      expect(error).toBe('not a public address');
    }
  });

  test('gains nothing by changing between the check and the connection: it is asked once', async () => {
    const { port, received } = await receiver(name);
    const answers = [
      [{ address: '127.0.0.1', family: 4 }],
      [{ address: '10.0.0.1', family: 4 }], // what a second question would be told
    ];
    const resolve = async () => answers.shift() ?? [];
    expect(await post(`https://${name}:${port}/`, { ca, resolve })).toMatchObject({ status: 204 });
    expect([received.length, answers.length]).toEqual([1, 1]);
  });
});
