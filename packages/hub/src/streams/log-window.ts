import type { Hub } from '../hub.ts';
import { listenPositions } from '../log/listen-positions.ts';
import { logHead } from '../log/read-log.ts';
import { WakeUp } from '../projections/wake-up.ts';
import { type PublicEvent, PublicLog } from './public-events.ts';

export interface WindowSettings {
  /** The hub's public address. */
  source: string;
  /** So many of the newest events are kept in memory. Default 2,000. */
  size?: number;
  /** A lost notification is healed after so long. Default 2,000. */
  pollMs?: number;
  onError?: (error: unknown) => void;
}

const page = 200;

/**
 * The newest part of the log in memory, read once for all readers of a process. A reader holds nothing but the position
 * it has come to: what lies behind the window is read from the database, so a slow reader costs no memory and loses
 * nothing. New events are announced by the database and fetched by position, so there is no gap to fill.
 */
export class LogWindow {
  readonly #hub: Pick<Hub, 'sql'>;
  readonly #settings: Required<WindowSettings>;
  readonly #log: PublicLog;
  /** Consecutive positions that end at `#head`. */
  #events: PublicEvent[] = [];
  #head = -1;
  readonly #waiting = new Set<() => void>();
  #running: Promise<void> | null = null;
  readonly #stop = new AbortController();
  readonly #wake = new WakeUp(this.#stop.signal);

  constructor(hub: Pick<Hub, 'sql'>, settings: WindowSettings) {
    this.#hub = hub;
    this.#settings = { size: 2000, pollMs: 2000, onError: () => {}, ...settings };
    this.#log = new PublicLog(settings.source);
  }

  /** Position of the newest event seen. Starts the window at the first call. */
  async head(): Promise<number> {
    if (this.#head < 0) {
      const { position } = await logHead(this.#hub.sql);
      if (this.#head < 0) this.#head = position;
    }
    this.#running ??= this.#follow();
    return this.#head;
  }

  /** At most a page (200) of events after a position; empty at the end of the log. */
  async after(position: number): Promise<readonly PublicEvent[]> {
    const head = await this.head();
    if (position >= head) return [];
    const first = head - this.#events.length + 1;
    if (position + 1 >= first) return this.#events.slice(position + 1 - first, position + 1 - first + page);
    return this.#log.read(this.#hub.sql, position, page);
  }

  /** Resolves when there may be something after `position`, after `milliseconds`, or when `signal` is aborted. */
  async wait(position: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#head > position || signal.aborted || this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#wakeReaders();
    await this.#running;
  }

  /** Never gives up: while the database is away readers wait, and go on from their positions afterwards. */
  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    let stopListening: (() => Promise<void>) | null = null;
    while (!signal.aborted) {
      try {
        stopListening ??= await listenPositions(this.#hub.sql, () => this.#wake.ring());
        this.#wake.reset();
        if (!(await this.#fetch())) await this.#wake.wait(this.#settings.pollMs);
      } catch (error) {
        this.#settings.onError(error);
        await this.#wake.wait(this.#settings.pollMs);
        this.#wake.reset();
      }
    }
    await stopListening?.().catch(() => {});
  }

  /** @returns whether something came */
  async #fetch(): Promise<boolean> {
    const came = await this.#log.read(this.#hub.sql, this.#head, page);
    if (came.length === 0) return false;
    this.#events.push(...came);
    if (this.#events.length > 2 * this.#settings.size)
      this.#events = this.#events.slice(-this.#settings.size);
    this.#head = came[came.length - 1].envelope.position;
    this.#wakeReaders();
    return true;
  }

  #wakeReaders(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
