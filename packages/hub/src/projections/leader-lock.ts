import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import type { Database } from '../log/connection.ts';

/** A session that does not answer for so long is given up, and the lock with it. */
const answerMs = 5000;

/**
 * A session advisory lock on a connection of its own, which lives as long as its leader wants it. (Not a connection
 * reserved from the pool: postgres.js 3.4 ends those after their life time, and fails hard when one was cut.) A session
 * that failed is never used again: what was on its way in a connection that ended may hold up the one opened in its place.
 */
export class LeaderLock {
  readonly #options: postgres.Options<Record<string, never>>;
  readonly #key: number;
  #session: postgres.Sql | null = null;
  #pid: number | null = null;

  constructor(sql: Database, key: number) {
    // As postgres.js itself does for LISTEN: parsed options are taken over as they are.
    const options = { ...sql.options, max: 1, idle_timeout: null, max_lifetime: null, fetch_types: false };
    this.#options = options as unknown as postgres.Options<Record<string, never>>;
    this.#key = key;
  }

  /** @returns false when another session holds it */
  async tryAcquire(): Promise<boolean> {
    const [{ pid, leads }] = await this.#ask(
      (session) => session<{ pid: number; leads: boolean }[]>`
        select pg_backend_pid() as pid, pg_try_advisory_lock(${this.#key}::bigint) as leads`,
    );
    this.#pid = leads ? pid : null;
    return leads;
  }

  /** Whether the session that took the lock is still there; a new one in its place holds nothing. */
  async isHeld(): Promise<boolean> {
    const [{ pid }] = await this.#ask(
      (session) => session<{ pid: number }[]>`select pg_backend_pid() as pid`,
    );
    return pid === this.#pid;
  }

  /** Gives the lock up with its session. */
  async close(): Promise<void> {
    await this.#session?.end({ timeout: 1 }).catch(() => {});
  }

  /** @throws what the session fails with, or an error that says that it did not answer in time */
  async #ask<Rows>(query: (session: postgres.Sql) => PromiseLike<Rows>): Promise<Rows> {
    this.#session ??= postgres(this.#options);
    const session = this.#session;
    const answered = new AbortController();
    const late = delay(answerMs, undefined, { signal: answered.signal }).then(() => {
      throw new Error(`the session of a lock had no answer of PostgreSQL for ${answerMs / 1000} s`);
    });
    late.catch(() => {}); // nobody waits for it after an answer
    try {
      return await Promise.race([query(session), late]);
    } catch (error) {
      this.#session = null;
      void session.end({ timeout: 0 }).catch(() => {});
      throw error;
    } finally {
      answered.abort();
    }
  }
}
