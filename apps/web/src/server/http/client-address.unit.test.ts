import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { addressHeader, callerOfAddress, clientAddress, markClientAddresses } from './client-address.ts';

test('without a trusted proxy a client cannot choose its address', () => {
  expect(clientAddress('192.0.2.7', { 'x-forwarded-for': '203.0.113.9' }, 0)).toBe('192.0.2.7');
});

test('behind trusted proxies the address that the outermost of them saw counts, not what came before', () => {
  const headers = { 'x-forwarded-for': 'made-up, 203.0.113.9, 10.0.0.2' };
  expect(clientAddress('10.0.0.3', headers, 2)).toBe('203.0.113.9');
  expect(clientAddress('10.0.0.3', {}, 2)).toBe('10.0.0.3');
});

test('an IPv6 caller is its /64, an IPv4 caller is itself however it is written', () => {
  expect(callerOfAddress('2001:db8:1:2:a:b:c:d')).toBe('2001:db8:1:2::/64');
  expect(callerOfAddress('2001:DB8:1:2::99')).toBe('2001:db8:1:2::/64');
  expect(callerOfAddress('::1')).toBe('0:0:0:0::/64');
  expect(callerOfAddress('::ffff:192.0.2.7')).toBe('192.0.2.7');
});

test('a server of this process sees the true address in the header, whatever the client wrote there', async () => {
  markClientAddresses(0);
  const server = createServer((request, response) => response.end(String(request.headers[addressHeader])));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { [addressHeader]: '203.0.113.9', 'x-forwarded-for': '203.0.113.9' };
  const answer = await fetch(`http://127.0.0.1:${port}`, { headers });
  expect(await answer.text()).toBe('127.0.0.1');
  server.close();
});
