/**
 * Holds what arrives while a slow reader is busy. Past `limit` the oldest entries are dropped: readers notice the gap
 * by position and fill it from the log, or do not need every entry (metrics, doorbell).
 */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #limit: number;
  #wake: (() => void) | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: Item): void {
    if (this.#items.length >= this.#limit) this.#items.shift();
    this.#items.push(item);
    this.#wake?.();
  }

  /** The next item, or null after `timeoutMs` or when the reader went away. */
  async next(timeoutMs: number, signal: AbortSignal): Promise<Item | null> {
    if (this.#items.length === 0 && !signal.aborted) await this.#arrival(timeoutMs, signal);
    return this.#items.shift() ?? null;
  }

  #arrival(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
