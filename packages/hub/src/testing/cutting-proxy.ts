import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * How connections end: `unsent`, what was asked does not arrive; `unanswered`, it arrives, and nobody hears of it;
 * `answered`, the reset travels right behind the first bytes of the answer.
 */
export type Cut = 'unsent' | 'unanswered' | 'answered';

/** Stands before PostgreSQL and resets its connections at a chosen moment. */
export class CuttingProxy {
  readonly #target: { host: string; port: number };
  readonly #clients = new Set<Socket>();
  #server: Server | null = null;
  #cut: { at: number; how: Cut } | null = null;
  readonly url: string;

  private constructor(target: URL, port: number) {
    this.#target = { host: target.hostname, port: Number(target.port) };
    this.url = Object.assign(new URL(target), { port: String(port) }).href;
  }

  static async open(databaseUrl: string): Promise<CuttingProxy> {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const proxy = new CuttingProxy(new URL(databaseUrl), port);
    await proxy.listen();
    return proxy;
  }

  /** Cuts when so many more packets of requests have come, counted from 1. */
  cutAt(at: number, how: Cut): void {
    this.#cut = { at, how };
  }

  /** Whether the cut is still to come. */
  get waiting(): boolean {
    return this.#cut !== null;
  }

  async listen(): Promise<void> {
    const server = createServer((client) => this.#serve(client));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(Number(new URL(this.url).port), '127.0.0.1', resolve));
  }

  /** Resets every connection, and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server!.close(resolve));
    this.#reset();
    await closed;
  }

  #serve(client: Socket): void {
    const server = connect(this.#target);
    this.#clients.add(client);
    let answerIsLast = false;
    client.on('data', (data) => {
      const due = this.#cut !== null && --this.#cut.at === 0 ? this.#cut.how : null;
      if (due !== null) this.#cut = null;
      if (due === 'unsent') return this.#reset();
      server.write(data);
      if (due === 'answered') answerIsLast = true;
      if (due !== 'unanswered') return;
      server.pause();
      setTimeout(() => this.#reset(), 20);
    });
    server.on('data', (data) => {
      if (!answerIsLast) return void client.write(data);
      client.write(data, () => this.#reset());
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ]) {
      one.on('error', () => {});
      one.on('close', () => {
        this.#clients.delete(client);
        other.destroy();
      });
    }
  }

  #reset(): void {
    for (const client of this.#clients) client.resetAndDestroy();
  }
}
