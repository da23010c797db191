import type { Ending } from '../log/append-transaction.ts';
import { ConnectionLost } from '../log/connection.ts';
import type { Turn, Writing } from './gather.ts';

/** What a batch of commands is about to write: streams by `streamKey`, receipts by `receiptId`. */
export interface Intent {
  streams: ReadonlySet<string>;
  receipts: ReadonlySet<string>;
}

/** The batches in front, seen from the one that is decided while they are written. */
export class Front {
  readonly #turn: Turn<Intent> | null;
  readonly #ending: Ending;
  #inFront: readonly Writing<Intent>[];

  /**
   * @param turn null: the batch is written beside those of the line, as another process would
   * @param ending of the batch's own transaction, whose connection may be closed while it waits for another one
   */
  constructor(turn: Turn<Intent> | null, ending: Ending) {
    this.#turn = turn;
    this.#ending = ending;
    this.#inFront = turn?.front ?? [];
  }

  /** Waits until the batches in front are over. */
  async passed(): Promise<void> {
    if (this.#inFront.length === 0) return;
    await Promise.all(this.#inFront.map(({ over }) => over));
    this.#inFront = [];
    if (!this.#ending.isOpen()) throw new ConnectionLost();
  }

  /** Says what the batch is about to write, from now on. */
  writes(intent: Intent): void {
    if (!this.#ending.isOpen()) throw new ConnectionLost();
    this.#turn?.write(intent);
  }

  /** Commits behind everything that was sent. */
  commit(sent: readonly Promise<unknown>[]): Promise<void> {
    return this.#ending.commit(sent);
  }

  /** Waits only if one of them is about to write any of these. */
  async passedFor({
    streams,
    receipts = [],
  }: {
    streams: Iterable<string>;
    receipts?: Iterable<string>;
  }): Promise<void> {
    if (this.#inFront.length === 0) return;
    const [asked, filed] = [[...streams], [...receipts]];
    const meets = this.#inFront.some(
      ({ note }) => asked.some((one) => note.streams.has(one)) || filed.some((one) => note.receipts.has(one)),
    );
    if (meets) await this.passed();
  }
}
