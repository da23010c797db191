import type { Queryable } from '../log/connection.ts';

const askAgainMs = 60_000;

/**
 * The time by the database's clock, so that an address signed by one process is judged alike by all, whatever the clocks
 * of their machines say. Asked once a minute; in between time passes by a counter that nobody can set.
 */
export class DatabaseClock {
  readonly #sql: Queryable;
  #asked: { at: number; time: number } | null = null;

  constructor(sql: Queryable) {
    this.#sql = sql;
  }

  /** Milliseconds since 1970. */
  async now(): Promise<number> {
    const before = performance.now();
    if (!this.#asked || before - this.#asked.at > askAgainMs) {
      const [{ time }] = await this.#sql<{ time: number }[]>`
        select (extract(epoch from clock_timestamp()) * 1000)::float8 as time`;
      this.#asked = { at: before, time };
    }
    return this.#asked.time + (performance.now() - this.#asked.at);
  }
}
