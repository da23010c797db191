import { endsConnection } from './connection.ts';

/**
 * Keeps a process alive that a broken connection to PostgreSQL would end. At the start of each connection postgres.js 3.4.9
 * asks for the array types and waits for the answer where nobody hears of a failure, so a reset just then is an unhandled
 * rejection. Whoever asked for anything else has been told already. Any other unhandled rejection still ends the process.
 * For a process's entry.
 */
export function surviveLostConnections(report: (error: unknown) => void): void {
  process.on('unhandledRejection', (error) => {
    if (!endsConnection(error)) throw error;
    report(error);
  });
}
