import postgres from 'postgres';
import type { Database } from '../log/connection.ts';

/**
 * A session advisory lock on a connection of its own, which lives as long as its leader wants it. (Not a connection
 * reserved from the pool: postgres.js 3.4 ends those after their life time, and fails hard when one was cut.)
 */
export class LeaderLock {
  readonly #session: postgres.Sql;
  readonly #key: number;
  #pid: number | null = null;

  constructor(sql: Database, key: number) {
    // As postgres.js itself does for LISTEN: parsed options are taken over as they are.
    const options = { ...sql.options, max: 1, idle_timeout: null, max_lifetime: null, fetch_types: false };
    this.#session = postgres(options as unknown as postgres.Options<Record<string, never>>);
    this.#key = key;
  }

  /** @returns false when another session holds it */
  async tryAcquire(): Promise<boolean> {
    const [{ pid, leads }] = await this.#session<{ pid: number; leads: boolean }[]>`
      select pg_backend_pid() as pid, pg_try_advisory_lock(${this.#key}::bigint) as leads`;
    this.#pid = leads ? pid : null;
    return leads;
  }

  /** Whether the session that took the lock is still there; a new one in its place holds nothing. */
  async isHeld(): Promise<boolean> {
    const [{ pid }] = await this.#session<{ pid: number }[]>`select pg_backend_pid() as pid`;
    return pid === this.#pid;
  }

  /** Gives the lock up with its session. */
  async close(): Promise<void> {
    await this.#session.end({ timeout: 1 }).catch(() => {});
  }
}
