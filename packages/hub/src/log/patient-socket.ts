import { connect, Socket } from 'node:net';

const connectMs = 10_000;

/**
 * Opens a connection that ends itself when what was sent stays without any answer for so long: a network that drops
 * packets closes nothing, and whoever waits on it would wait for ever. A connection that only listens is left alone.
 * When no host takes the connection, the socket comes all the same and ends with the error of the network, or with
 * ETIMEDOUT after 10 s: postgres.js 3.4.9 never uses a connection again whose socket was not handed over.
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
  const dead = watched(new Socket(), answerMs);
  setImmediate(() => dead.destroy(failure as Error)); // its owner listens by then
  return dead;
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
  const release = endingBetweenWrites(socket);
  socket.write = (...args: unknown[]) => {
    if (socket.destroyed) {
      process.nextTick(release);
      return true;
    }
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

/**
 * postgres.js 3.4.9 gathers what it writes until the end of a turn of the event loop, and a connection that ends before
 * that never writes again, not even when it is opened anew. So the end of a socket is told when nothing waits to be
 * written: right after the next write, or else when a turn has passed without any.
 * @returns tells the end now, if there was one
 */
function endingBetweenWrites(socket: Socket): () => void {
  const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean;
  const held: unknown[][] = [];
  let closed = false;
  const release = () => {
    if (closed) for (const told of held.splice(0)) emit(...told);
  };
  socket.emit = (...told: unknown[]) => {
    if (told[0] !== 'error' && told[0] !== 'close') return emit(...told);
    held.push(told);
    if (told[0] === 'error') return true; // told together with the close that follows
    closed = true;
    setTimeout(release, 0);
    return true;
  };
  return release;
}

function noAnswer(code: string, milliseconds: number): Error {
  return Object.assign(new Error(`PostgreSQL did not answer for ${milliseconds / 1000} s`), { code });
}
