import { Rejection } from '@tsudoi/schema';

/**
 * A token bucket per key: `burst` calls at once, then one every `everyMs`. Kept in this process, so several portals
 * together allow as many times more; it protects a machine, not a budget.
 */
export class RateLimit {
  readonly #buckets = new Map<string, { calls: number; at: number }>();
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #now: () => number;

  constructor(settings: { burst: number; everyMs: number; now?: () => number }) {
    this.#burst = settings.burst;
    this.#everyMs = settings.everyMs;
    this.#now = settings.now ?? Date.now;
  }

  /** @throws Rejection rate.limited with the seconds to wait */
  take(key: string): void {
    const now = this.#now();
    if (this.#buckets.size > 10_000) this.#forgetIdle(now);
    const had = this.#buckets.get(key) ?? { calls: this.#burst, at: now };
    const calls = Math.min(this.#burst, had.calls + (now - had.at) / this.#everyMs);
    if (calls < 1) {
      const seconds = Math.ceil(((1 - calls) * this.#everyMs) / 1000);
      throw new Rejection('rate.limited', { seconds });
    }
    this.#buckets.set(key, { calls: calls - 1, at: now });
  }

  #forgetIdle(now: number): void {
    for (const [key, { at }] of this.#buckets) {
      if (now - at > this.#burst * this.#everyMs) this.#buckets.delete(key);
    }
  }
}
