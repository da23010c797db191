/** What is known of an event: its kind of stream, its stream, its position in the log. */
export interface Seen {
  streamType: string;
  streamId: string;
  position: number;
}

/** What a rendered page is about: kinds of stream (`source`) or streams (`source:ID`), and what it contains at least. */
export interface Watched {
  on: readonly string[];
  at: number;
}

/** So many events are remembered for pages that are rendered while they happen. */
const remembered = 1000;

/** Decides whether what is on the screen is older than what has happened. */
export class Freshness {
  readonly #watched = new Set<Watched>();
  readonly #recent: Seen[] = [];
  /** Every event after this position has been seen, or is still to come. */
  #from: number;

  constructor(from: number) {
    this.#from = from;
  }

  /** @returns what ends the watch */
  watch(watched: Watched): () => void {
    this.#watched.add(watched);
    return () => this.#watched.delete(watched);
  }

  saw(event: Seen): void {
    this.#recent.push(event);
    if (this.#recent.length > remembered) this.#from = this.#recent.shift()!.position;
  }

  /** The position that the page must be rendered anew to contain, or null when it is up to date. */
  missing(): number | null {
    let newest: number | null = null;
    for (const { on, at } of this.#watched) {
      const wanted = new Set(on);
      const concerns = ({ streamType, streamId, position }: Seen) =>
        position > at && (wanted.has(streamType) || wanted.has(`${streamType}:${streamId}`));
      const last = this.#recent.findLast(concerns)?.position ?? (at < this.#from ? this.#from : null);
      if (last !== null) newest = Math.max(newest ?? 0, last);
    }
    return newest;
  }
}
