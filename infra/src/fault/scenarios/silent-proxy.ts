import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Forwards TCP to a port on this machine until it is told otherwise: to fall silent (nothing passes and nothing is closed),
 * to keep the answers back, to break everything off.
 */
export class SilentProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #silent = false;
  #answersKept = false;

  private constructor(target: number) {
    this.#server = createServer((client) => {
      const upstream = connect({ host: '127.0.0.1', port: target });
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ]) {
        this.#sockets.add(from);
        from.on('data', (data) => {
          if (!(this.#answersKept && from === upstream)) to.write(data);
        });
        from.on('error', () => {});
        from.on('close', () => {
          this.#sockets.delete(from);
          if (!this.#silent) to.destroy();
        });
        if (this.#silent) from.pause();
      }
    });
  }

  static async open(target: number): Promise<SilentProxy> {
    const proxy = new SilentProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** From here on every byte stays where it is, as when a network drops packets. */
  fallSilent(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was under way arrives late, as a network delivers what was sent again. */
  speak(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** What is asked arrives, and nobody hears of it; until the connections are broken. */
  keepAnswers(): void {
    this.#answersKept = true;
  }

  /** Resets every connection on both sides; new ones pass. @returns how many there were */
  breakOff(): number {
    const broken = this.#sockets.size / 2;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#silent = false;
    this.#answersKept = false;
    return broken;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
