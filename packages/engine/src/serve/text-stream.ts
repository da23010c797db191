// From ids to text as they come: never half a character, never part of a stop string.

import type { StreamDecoder } from '../tokenizer/index.ts';

export class TextStream {
  readonly #decoder: StreamDecoder;
  readonly #stops: readonly string[];
  #held = '';

  constructor(decoder: StreamDecoder, stops: readonly string[] = []) {
    this.#decoder = decoder;
    this.#stops = stops.filter((s) => s !== '');
  }

  /** Text that is certain by now, and whether a stop string has come; it is not part of the text. */
  push(id: number): { readonly text: string; readonly stopped: boolean } {
    return this.#release(this.#decoder.push(id));
  }

  /** What is left when no more ids come. */
  end(): string {
    const { text } = this.#release(this.#decoder.end());
    const rest = this.#held;
    this.#held = '';
    return text + rest;
  }

  #release(more: string): { text: string; stopped: boolean } {
    const text = this.#held + more;
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.#held = '';
      return { text: text.slice(0, Math.min(...found)), stopped: true };
    }
    const certain = text.length - this.#openEnd(text);
    this.#held = text.slice(certain);
    return { text: text.slice(0, certain), stopped: false };
  }

  /** Length of the longest end of the text with which a stop string begins. */
  #openEnd(text: string): number {
    const longest = Math.min(text.length, Math.max(0, ...this.#stops.map((s) => s.length - 1)));
    for (let n = longest; n > 0; n--) {
      const end = text.slice(text.length - n);
      if (this.#stops.some((stop) => stop.startsWith(end))) return n;
    }
    return 0;
  }
}
