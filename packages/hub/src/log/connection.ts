import postgres from 'postgres';
import { openPatientSocket } from './patient-socket.ts';

/** Positions and sizes are int8 and stay below 2^53, so they are read as numbers. */
type Types = { bigint: number };
export type Database = postgres.Sql<Types>;
/** What reads and writes go through, inside a transaction or outside. */
export type Queryable = postgres.ISql<Types>;
/** The same, where it must be inside. */
export type Transaction = Queryable;
/** One that the driver began, which can set savepoints. */
export type ScopedTransaction = postgres.TransactionSql<Types>;
/** What was written down and not sent yet. */
export type Statement = postgres.PendingQuery<postgres.Row[]>;

export interface ConnectionOptions {
  /** A connection whose server says nothing for so long while it is asked something is given up. Default 60. */
  answerSeconds?: number;
  /** Settings of each session, as PostgreSQL names them. */
  session?: Record<string, string>;
  /** Not closed after some three quarters of an hour, as others are so that a server's memory for them stays small. */
  forEver?: boolean;
  /** Called at the moment when a connection is closed, whoever closed it. */
  onClose?: () => void;
}

export function connect(databaseUrl: string, poolSize: number, options: ConnectionOptions = {}): Database {
  const { answerSeconds = 60, session = {}, forEver = false, onClose } = options;
  const socket = ({ host, port }: { host: string[]; port: number[] }) =>
    openPatientSocket(
      host.map((name, i) => ({ host: name, port: port[i] })),
      answerSeconds * 1000,
    );
  return postgres<{ bigint: postgres.PostgresType<number> }>(databaseUrl, {
    max: poolSize,
    ...{ socket }, // known to the driver, and not to its types
    onnotice: () => {},
    backoff: (failures: number) => Math.min(0.05 * 2 ** failures, 1), // the usual 20 s would outlast most outages
    ...(forEver ? { max_lifetime: null } : {}),
    ...(onClose ? { onclose: () => onClose() } : {}),
    connection: { application_name: 'tsudoi-hub', ...session },
    types: {
      bigint: {
        to: 20,
        from: [20],
        parse: (text: string) => Number(text),
        serialize: (value: number) => String(value),
      },
    },
  });
}

/** The SQLSTATE of a PostgreSQL error, or null for anything else. */
export function sqlState(error: unknown): string | null {
  return error instanceof postgres.PostgresError ? error.code : null;
}

/**
 * Runs a transaction and survives the death of its connection. postgres.js 3.4.9 sends ROLLBACK into a connection that
 * the server has closed and then throws where nobody can catch it (porsager/postgres#1208); so work that ended with its
 * connection is left unsettled here, and the driver's own notice of the closed connection ends the transaction.
 * @throws what `work` throws, or the error that ended the connection
 */
export async function inTransaction<T>(
  sql: Database,
  options: string,
  work: (tx: ScopedTransaction) => Promise<T>,
): Promise<T> {
  let fatal: unknown = null;
  const guarded = (tx: ScopedTransaction) =>
    work(tx).then(
      (value) => ({ value }),
      (error) => {
        if (!endsConnection(error)) throw error;
        fatal = error;
        return new Promise<never>(() => {});
      },
    );
  try {
    const done = await sql.begin(options, guarded);
    return done.value as T;
  } catch (error) {
    throw fatal ?? error;
  }
}

/** A transaction lost its connection; nothing that it had not committed has happened. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly code = 'CONNECTION_CLOSED';
  constructor() {
    super('the connection to PostgreSQL was closed in the middle of a transaction');
  }
}

/** Whether the error took its connection with it, so that nothing more can be sent there. */
export function endsConnection(error: unknown): boolean {
  if (error instanceof postgres.PostgresError)
    return error.severity === 'FATAL' || error.severity === 'PANIC';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(CONNECTION_|ECONN|EPIPE)/.test(code);
}
