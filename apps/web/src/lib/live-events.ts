import type { CloudEvent } from '@tsudoi/schema';
import { Freshness, type Watched } from './freshness.ts';
import { readAfter } from './trpc.ts';

const atMostEveryMs = 1500;
const slowestMs = 60_000;
const reopenMs = 10_000;

/**
 * One event stream per tab, from the position of the first page that watches anything. A page that an event concerns is
 * rendered anew from read models that contain the event: at most every second and a half, ever more slowly while the
 * read models stay behind, and only while somebody looks.
 */
class LiveEvents {
  #freshness: Freshness | null = null;
  #newest = 0;
  #refresh: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | null = null;
  #last = 0;
  #tries = 0;

  /** @returns what ends the watch */
  watch(watched: Watched, refresh: () => void): () => void {
    this.#refresh = refresh;
    const end = this.#begin(watched.at).watch(watched);
    this.#check();
    return end;
  }

  #begin(from: number): Freshness {
    if (!this.#freshness) {
      this.#freshness = new Freshness(from);
      this.#newest = from;
      this.#open();
      document.addEventListener('visibilitychange', () => this.#check());
    }
    return this.#freshness;
  }

  #open(): void {
    const source = new EventSource(`/api/stream?after=${this.#newest}`);
    source.onmessage = (message) => {
      const { type, subject, position } = JSON.parse(message.data) as CloudEvent;
      this.#newest = Math.max(this.#newest, position);
      this.#freshness?.saw({ streamType: type.split('.')[1], streamId: subject, position });
      this.#check();
    };
    source.onerror = () => {
      // A browser connects again by itself, except after a refusal.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), reopenMs);
    };
  }

  #check(): void {
    if ((this.#freshness?.missing() ?? null) !== null) this.#schedule();
    else {
      if (this.#timer) clearTimeout(this.#timer);
      this.#timer = null;
      this.#tries = 0;
    }
  }

  #schedule(): void {
    const pause = Math.min(slowestMs, atMostEveryMs * 2 ** this.#tries);
    this.#timer ??= setTimeout(() => this.#renderAnew(), Math.max(150, this.#last + pause - Date.now()));
  }

  #renderAnew(): void {
    this.#timer = null;
    const position = this.#freshness?.missing() ?? null;
    if (position === null || document.visibilityState === 'hidden') return;
    this.#last = Date.now();
    this.#tries += 1;
    readAfter(position);
    this.#refresh();
    this.#schedule();
  }
}

export const liveEvents = new LiveEvents();
