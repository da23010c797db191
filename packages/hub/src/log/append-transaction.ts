import { setTimeout as delay } from 'node:timers/promises';
import { Rejection } from '@tsudoi/schema';
import {
  ConnectionLost,
  connect,
  type Database,
  endsConnection,
  type Queryable,
  sqlState,
  type Transaction,
} from './connection.ts';

/** How long an append may wait for a lock, run one statement, or sit idle. A hung append would hold up all others. */
export interface AppendLimits {
  lockMs: number;
  statementMs: number;
  idleMs: number;
}
const usualLimits: AppendLimits = { lockMs: 3000, statementMs: 5000, idleMs: 5000 };

const hubIsBusy = ['55P03', '57014', '25P03', '25P04']; // lock, statement, idle and transaction time-outs

/** How long the driver's notice of a closed connection may follow the error that told of it. */
const noticeMs = 1000;

/** Statements that the driver puts on their way at once; more wait in its own queue. */
const mostPipelined = 50;

/** What the work of an append transaction may ask and do, besides sending statements. */
export interface Ending {
  /** Whether statements still reach the transaction. To be asked after waiting for anything else than an answer of it. */
  isOpen(): boolean;
  /**
   * Sends COMMIT behind the statements that were sent before. It does not wait for their answers if the connection has
   * prepared them before: should one fail then, the server rolls back. Others are waited for, since the driver reads their
   * values only when the server has told their types. Work that does not call this is committed when it ends.
   * @param sent whatever sends those statements, without reading anything first; when it fails before they are on their
   *   way, nothing is committed either
   */
  commit(sent?: readonly Promise<unknown>[]): Promise<void>;
}

/**
 * Connections on which nothing but appends are made, one transaction on each at a time. A transaction is READ COMMITTED
 * (a repeatable snapshot would not see the stream row it waited for), durable on commit and bounded in every wait.
 * BEGIN and COMMIT travel with its first and last statements, so that reading and writing take one round trip each.
 */
export class AppendConnections {
  readonly #limits: AppendLimits;
  readonly #all: Lane[];
  readonly #free: Lane[];
  readonly #waiting: ((lane: Lane) => void)[] = [];

  constructor(
    databaseUrl: string,
    {
      limits = usualLimits,
      connections = 2, // one batch of commands is decided while another is written
      answerSeconds,
    }: { limits?: AppendLimits; connections?: number; answerSeconds?: number } = {},
  ) {
    this.#limits = limits;
    this.#all = Array.from({ length: connections }, () => new Lane(databaseUrl, limits, answerSeconds));
    this.#free = [...this.#all];
  }

  /**
   * @throws Rejection `hub.busy` when a bound was reached; nothing was written then and the same command may be sent
   *   again; otherwise what `work` throws, or the error that ended the connection
   */
  async transaction<T>(work: (tx: Transaction, ending: Ending) => Promise<T>): Promise<T> {
    const lane = this.#free.pop() ?? (await new Promise<Lane>((resolve) => this.#waiting.push(resolve)));
    try {
      return await lane.run(work);
    } catch (error) {
      if (hubIsBusy.includes(sqlState(error) ?? ''))
        throw new Rejection('hub.busy', { seconds: this.#limits.lockMs / 1000 });
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(lane);
      else this.#free.push(lane);
    }
  }

  /** Transactions still at work get so many seconds. */
  async close(seconds = 5): Promise<void> {
    await Promise.all(this.#all.map((lane) => lane.close(seconds)));
  }
}

const nothing = () => {};

/** One connection. Sessions are read-only: what escapes from BEGIN READ WRITE, for whatever reason, changes nothing. */
class Lane {
  readonly #open: (onClose: () => void) => Database;
  #sql: Database;
  #connected = false;
  /** Templates that were executed on this connection. */
  #prepared = new WeakSet<object>();
  #lose = nothing;

  constructor(databaseUrl: string, { lockMs, statementMs, idleMs }: AppendLimits, answerSeconds?: number) {
    const session = {
      ...{ lock_timeout: `${lockMs}ms`, statement_timeout: `${statementMs}ms` },
      ...{ idle_in_transaction_session_timeout: `${idleMs}ms`, synchronous_commit: 'on' },
      default_transaction_read_only: 'on',
      plan_cache_mode: 'force_generic_plan', // statements look up keys: their plans never depend on which
    };
    this.#open = (onClose) => connect(databaseUrl, 1, { answerSeconds, session, forEver: true, onClose });
    this.#sql = this.#opened();
  }

  #opened(): Database {
    const sql = this.#open(() => {
      if (this.#sql !== sql) return;
      this.#connected = false;
      this.#lose();
    });
    return sql;
  }

  /**
   * postgres.js 3.4.9 never hands out a connection that `reserve` itself had to open, so a query opens it; and what was on
   * its way in a connection that ended may hold up the one opened in its place, so a lost one is never opened again.
   */
  async #connect(): Promise<void> {
    if (this.#connected) return;
    const before = this.#sql;
    this.#sql = this.#opened();
    void before.end({ timeout: 0 });
    await this.#sql`select 1`;
    this.#connected = true;
    this.#prepared = new WeakSet();
  }

  async run<T>(work: (tx: Transaction, ending: Ending) => Promise<T>): Promise<T> {
    await this.#connect();
    const connection = await this.#sql.reserve();
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => {}); // most transactions keep their connection
    let open = true;
    // A function written right into a property would be allocated as if it stayed for ever, and keep this run that long.
    const lose = () => {
      open = false;
      lost.reject(new ConnectionLost());
    };
    this.#lose = lose;
    const isOpen = () => open;
    const prepared = this.#prepared;
    const templates: object[] = [];
    const tx = guarded(connection, isOpen, (template) => templates.push(template));
    const begun = connection.unsafe('begin isolation level read committed read write').execute();
    begun.catch(() => {}); // whatever follows fails then
    let committed: Promise<void> | null = null;
    let ending = false;
    const commit = (sent: readonly Promise<unknown>[] = []) => {
      const known = templates.length < mostPipelined && templates.every((one) => prepared.has(one));
      committed ??= (known ? beforeNextTurn(sent) : Promise.all(sent)).then(() => {
        if (!open) throw new ConnectionLost();
        ending = true;
        return sendCommit(connection);
      });
      return committed;
    };
    try {
      const answer = await Promise.race([lost.promise, work(tx, { isOpen, commit })]);
      await Promise.race([lost.promise, commit()]);
      for (const template of templates) prepared.add(template);
      return answer;
    } catch (error) {
      // The driver must not be given statements for a connection that is gone (porsager/postgres#1208).
      if (endsConnection(error)) await Promise.race([lost.promise, delay(noticeMs)]).catch(() => {});
      await Promise.race([lost.promise, committed]).catch(() => {});
      if (open && !ending) await Promise.race([lost.promise, connection`rollback`]).catch(() => {});
      throw error;
    } finally {
      this.#lose = nothing;
      if (open) connection.release();
    }
  }

  close(seconds: number): Promise<void> {
    return this.#sql.end({ timeout: seconds });
  }
}

/** By the next turn of the loop whatever the driver could not send has failed. @throws what failed by then */
async function beforeNextTurn(sent: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([
    Promise.all([...sent, new Promise(() => {})]),
    new Promise((resolve) => setImmediate(resolve)),
  ]);
}

async function sendCommit(connection: Queryable): Promise<void> {
  const { command } = await connection`commit`;
  if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`);
}

/**
 * The same connection, to which nothing is sent once it was closed: it may serve another transaction by then. Nor a value
 * that the driver cannot write: 3.4.9 charges that to another statement, and waits for an answer that never comes.
 */
function guarded(
  connection: Transaction,
  isOpen: () => boolean,
  onTemplate: (template: object) => void,
): Transaction {
  return new Proxy(connection, {
    apply(target, self, args: unknown[]) {
      if (!isOpen()) throw new ConnectionLost();
      const [template, ...values] = args;
      if (Array.isArray(template) && 'raw' in template) {
        onTemplate(template);
        for (const value of values) requireWritable(value);
      }
      return Reflect.apply(target, self, args);
    },
  });
}

/** @throws TypeError for what has no text: undefined, a symbol, a function, an invalid date, or a list with one of them */
function requireWritable(value: unknown): void {
  if (Array.isArray(value)) for (const element of value) requireWritable(element);
  const invalid = value instanceof Date && Number.isNaN(value.getTime());
  if (invalid || ['undefined', 'symbol', 'function'].includes(typeof value))
    throw new TypeError(
      `a statement was given ${invalid ? 'an invalid date' : `a value that is ${typeof value}`}`,
    );
}
