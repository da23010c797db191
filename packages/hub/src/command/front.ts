import type { Ending } from '../log/append-transaction.ts';
import { ConnectionLost } from '../log/connection.ts';
import type { Turn } from './gather.ts';

/** What a batch of commands is about to write: streams by `streamKey`, receipts by `receiptId`. */
export interface Intent {
  streams: ReadonlySet<string>;
  receipts: ReadonlySet<string>;
}

/** The batch in front, seen from the one that is decided meanwhile. */
export class Front {
  readonly #turn: Turn<Intent> | null;
  readonly #ending: Ending;
  #front: Turn<Intent>['front'];

  /**
   * @param turn null: the batch is written beside those of the line, as another process would
   * @param ending of the batch's own transaction, whose connection may be closed while it waits for another one
   */
  constructor(turn: Turn<Intent> | null, ending: Ending) {
    this.#turn = turn;
    this.#ending = ending;
    this.#front = turn?.front ?? null;
  }

  /** Waits until the batch in front is over. */
  async passed(): Promise<void> {
    if (!this.#front) return;
    await this.#front.over;
    this.#front = null;
    if (!this.#ending.isOpen()) throw new ConnectionLost();
  }

  /** Waits for the batch's turn to write, and says what it is about to write. */
  async myTurn(intent: Intent): Promise<void> {
    await this.#turn?.write(intent);
    if (!this.#ending.isOpen()) throw new ConnectionLost();
  }

  /** Commits behind everything that was sent. */
  commit(sent: readonly Promise<unknown>[]): Promise<void> {
    return this.#ending.commit(sent);
  }

  /** Waits only if it is about to write any of these. */
  async passedFor({
    streams,
    receipts = [],
  }: {
    streams: Iterable<string>;
    receipts?: Iterable<string>;
  }): Promise<void> {
    if (!this.#front) return;
    const { note } = this.#front;
    const meets = [...streams].some((one) => note.streams.has(one));
    if (meets || [...receipts].some((one) => note.receipts.has(one))) await this.passed();
  }
}
