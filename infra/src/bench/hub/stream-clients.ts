import { connect, type Socket } from 'node:net';

/** Many open clients of a server-sent event stream, as light as can be: a socket and the last position each. */
export class StreamClients {
  readonly #sockets: Socket[] = [];
  readonly #lastOf: number[] = [];
  /** For each position: how many clients have it, and when the newest of them got it. */
  readonly arrivals = new Map<number, { clients: number; lastAt: number }>();
  /** A client that missed a position or got one twice. */
  broken: string | null = null;

  get count(): number {
    return this.#sockets.length;
  }

  /** Opens so many more, a few at a time; each starts after `after`. */
  async open(url: string, clients: number, after: number): Promise<void> {
    for (let opened = 0; opened < clients; opened += 50) {
      const some = Math.min(50, clients - opened);
      await Promise.all(Array.from({ length: some }, () => this.#openOne(new URL(url), after)));
    }
  }

  #openOne(url: URL, after: number): Promise<void> {
    const index = this.#sockets.length;
    const socket = connect(Number(url.port), url.hostname);
    this.#sockets.push(socket);
    this.#lastOf.push(after);
    socket.setEncoding('latin1');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.write(
        `GET /api/stream?after=${after} HTTP/1.1\r\nHost: ${url.host}\r\nAccept: text/event-stream\r\n\r\n`,
      );
      let tail = '';
      socket.on('data', (chunk: string) => {
        resolve();
        const text = tail + chunk;
        let end = 0;
        for (const match of text.matchAll(/id: (\d+)\ndata:/g)) {
          this.#arrived(index, Number(match[1]));
          end = match.index + match[0].length;
        }
        tail = text.slice(Math.max(end, text.length - 40));
      });
    });
  }

  #arrived(index: number, position: number): void {
    if (position !== this.#lastOf[index] + 1) {
      this.broken ??= `client ${index} got ${position} after ${this.#lastOf[index]}`;
    }
    this.#lastOf[index] = position;
    const entry = this.arrivals.get(position) ?? { clients: 0, lastAt: 0 };
    this.arrivals.set(position, { clients: entry.clients + 1, lastAt: performance.now() });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
