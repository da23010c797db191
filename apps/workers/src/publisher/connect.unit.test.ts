import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Hub } from '@tsudoi/hub';
import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../roles/log.ts';
import { connectNats } from './connect.ts';
import { runPublisher } from './run-publisher.ts';

/** So much of NATS' protocol as a client needs to be let in, or to be refused. */
async function natsServer() {
  const known = { open: new Set<Socket>(), refuses: false, refusals: 0, welcomes: 0 };
  const greeting = { server_id: 'test', version: '2.10.0', proto: 1, headers: true, max_payload: 1 << 20 };
  const server = createServer((socket) => {
    known.open.add(socket);
    socket.once('close', () => known.open.delete(socket)).on('error', () => {});
    socket.write(`INFO ${JSON.stringify({ ...greeting, auth_required: true })}\r\n`);
    socket.on('data', (data) => {
      if (!data.includes('PING')) return;
      if (known.refuses) {
        known.refusals += 1;
        socket.end("-ERR 'Authorization Violation'\r\n");
      } else {
        known.welcomes += 1;
        socket.write('PONG\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of known.open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    known,
    settings: { NATS_URL: `nats://127.0.0.1:${port}`, NATS_USER: 'hub', NATS_PASSWORD: 'secret' },
  };
}
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
const signal = new AbortController().signal;

test('a server that did not know the hub for a while is connected to again once it does', async () => {
  const { known, settings } = await natsServer();
  const connection = await connectNats(settings, { name: 'test', log: silentLog, signal });
  closers.push(() => void connection.close());
  known.refuses = true;
  for (const socket of known.open) socket.destroy();
  await expect.poll(() => known.refusals).toBeGreaterThanOrEqual(3);
  known.refuses = false;
  const before = known.welcomes;
  await expect.poll(() => known.welcomes).toBeGreaterThan(before);
  await connection.flush();
  expect(connection.isClosed()).toBe(false);
});

test('a publisher that cannot listen to the log leaves no connection to NATS behind', async () => {
  const { known, settings } = await natsServer();
  const sql = { listen: () => Promise.reject(new Error('the database is away')) };
  const run = runPublisher(
    { sql } as unknown as Hub,
    { ...settings, HUB_URL: 'http://127.0.0.1' },
    { log: silentLog, signal },
  );
  await expect(run).rejects.toThrow('the database is away');
  await expect.poll(() => known.open.size).toBe(0);
});
