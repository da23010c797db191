import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openPatientSocket } from './patient-socket.ts';

let server: Server;
let port: number;
const arrived: Socket[] = [];

beforeAll(async () => {
  server = createServer((socket) =>
    arrived.push(socket.on('data', (data) => `${data}` === 'echo' && socket.write(data))),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => {
  for (const socket of arrived) socket.destroy();
  server.close();
});

const open = () => openPatientSocket([{ host: '127.0.0.1', port }], 50);

test('a connection that gets no answer ends itself and says so', async () => {
  const socket = await open();
  const failed = new Promise<Error>((resolve) => socket.once('error', resolve));
  socket.write('into the dark');
  expect(await failed).toMatchObject({
    code: 'ECONNABORTED',
    message: 'PostgreSQL did not answer for 0.05 s',
  });
});

test('one that is answered lives on, and may stay silent for as long as it likes', async () => {
  const socket = await open();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    for (let i = 0; i < 3; i++) {
      const answered = new Promise((resolve) => socket.once('data', resolve));
      socket.write('echo');
      expect(vi.getTimerCount()).toBe(1);
      await answered;
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(3_600_000);
    }
  } finally {
    vi.useRealTimers();
  }
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

test('the next host is tried, and a connection that nobody takes fails', async () => {
  const nobody = { host: '127.0.0.1', port: 1 };
  (await openPatientSocket([nobody, { host: '127.0.0.1', port }], 50)).destroy();
  const refused = await openPatientSocket([nobody], 50);
  const told: unknown[] = [];
  refused.once('error', (error) => told.push(error)).once('close', () => told.push('close'));
  await vi.waitFor(() => expect(told).toMatchObject([{ code: 'ECONNREFUSED' }, 'close']));
});

test('the end of a connection is told after what its owner was about to write, which goes nowhere', async () => {
  const socket = await open();
  const told: string[] = [];
  socket.once('error', () => told.push('error')).once('close', () => told.push('close'));
  socket.destroy(new Error('reset'));
  let written = false;
  setImmediate(() => {
    expect(told).toEqual([]);
    written = socket.write('gathered in the same turn');
    expect(told).toEqual([]);
  });
  await vi.waitFor(() => expect(told).toEqual(['error', 'close']));
  expect(written).toBe(true);
});
