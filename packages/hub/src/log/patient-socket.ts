import { connect, type Socket } from 'node:net';

const connectMs = 10_000;

/**
 * Opens a connection that ends itself when what was sent stays without any answer for so long: a network that drops
 * packets closes nothing, and whoever waits on it would wait for ever. A connection that only listens is left alone.
 * @throws Error of the network, or ETIMEDOUT after 10 s, when no host takes the connection
 */
export async function openPatientSocket(
  hosts: readonly { host: string; port: number }[],
  answerMs: number,
): Promise<Socket> {
  let failure: unknown = new Error('no host of PostgreSQL is named');
  for (const place of hosts) {
    try {
      return watched(await opened(place), answerMs);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function opened(place: { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(place);
    const timer = setTimeout(() => socket.destroy(noAnswer('ETIMEDOUT', connectMs)), connectMs);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}

function watched(socket: Socket, answerMs: number): Socket {
  let timer: NodeJS.Timeout | null = null;
  const stop = () => {
    if (timer) clearTimeout(timer);
    timer = null;
  };
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    timer ??= setTimeout(() => socket.destroy(noAnswer('ECONNABORTED', answerMs)), answerMs).unref();
    if (socket.writableCorked === 0) {
      socket.cork(); // statements that are sent one behind the other travel together
      process.nextTick(() => socket.uncork());
    }
    return write(...args);
  };
  socket.prependListener('data', stop);
  socket.once('close', stop);
  return socket;
}

function noAnswer(code: string, milliseconds: number): Error {
  return Object.assign(new Error(`PostgreSQL did not answer for ${milliseconds / 1000} s`), { code });
}
