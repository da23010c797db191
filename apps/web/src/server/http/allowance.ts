/** How many calls a caller may make in a window of time. */
export interface Policy {
  /** Name in the `RateLimit` headers. */
  name: string;
  calls: number;
  seconds: number;
}

export interface Allowance {
  policy: Policy;
  /** Calls left in this window; below zero when one was asked that is not allowed. */
  remaining: number;
  /** Seconds until the window begins anew, at least 1. */
  reset: number;
}

interface Window {
  used: number;
  endsAt: number;
}

/**
 * Counts calls per key in windows of fixed length, in the memory of this process: `instances` portals together allow as
 * many times more, and a restart forgets. At most `bound` callers are remembered; when more come, windows that are over
 * go first, then those that began earliest, so a flood of made-up addresses costs memory no further than that.
 */
export class Counter {
  readonly #windows = new Map<string, Window>();
  readonly #bound: number;
  readonly #now: () => number;

  constructor({ bound = 20_000, now = Date.now }: { bound?: number; now?: () => number } = {}) {
    this.#bound = bound;
    this.#now = now;
  }

  get size(): number {
    return this.#windows.size;
  }

  /** Takes `cost` calls. Nothing is taken when they are not there. */
  take(key: string, policy: Policy, cost = 1): Allowance {
    const now = this.#now();
    const window = this.#windowOf(key, policy, now);
    const remaining = policy.calls - window.used - cost;
    if (remaining >= 0) window.used += cost;
    return { policy, remaining, reset: Math.max(1, Math.ceil((window.endsAt - now) / 1000)) };
  }

  #windowOf(key: string, { seconds }: Policy, now: number): Window {
    const known = this.#windows.get(key);
    if (known && known.endsAt > now) return known;
    this.#windows.delete(key);
    if (this.#windows.size >= this.#bound) this.#makeRoom(now);
    const fresh = { used: 0, endsAt: now + seconds * 1000 };
    this.#windows.set(key, fresh);
    return fresh;
  }

  #makeRoom(now: number): void {
    for (const [key, { endsAt }] of this.#windows) if (endsAt <= now) this.#windows.delete(key);
    // A tenth at once, so that a flood pays for the search once in a while and not with every call.
    const surplus = this.#windows.size - Math.floor(this.#bound * 0.9);
    if (surplus <= 0) return;
    for (const key of [...this.#windows.keys()].slice(0, surplus)) this.#windows.delete(key);
  }
}

/** Headers of draft-ietf-httpapi-ratelimit-headers: what is allowed, and what of it is left. */
export function rateLimitHeaders({ policy, remaining, reset }: Allowance): Record<string, string> {
  const headers: Record<string, string> = {
    'ratelimit-policy': `"${policy.name}";q=${policy.calls};w=${policy.seconds}`,
    ratelimit: `"${policy.name}";r=${Math.max(0, remaining)};t=${reset}`,
  };
  return remaining < 0 ? { ...headers, 'retry-after': String(reset) } : headers;
}
