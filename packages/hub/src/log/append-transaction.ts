import { Rejection } from '@tsudoi/schema';
import { type Database, inTransaction, sqlState, type Transaction } from './connection.ts';

/** How long an append may wait for a lock, run one statement, or sit idle. A hung append would hold up all others. */
export interface AppendLimits {
  lockMs: number;
  statementMs: number;
  idleMs: number;
}
export const appendLimits: AppendLimits = { lockMs: 3000, statementMs: 5000, idleMs: 5000 };

const hubIsBusy = ['55P03', '57014', '25P03', '25P04']; // lock, statement, idle and transaction time-outs

/**
 * Runs one append transaction: READ COMMITTED (a repeatable snapshot would not see the stream row it waited for),
 * durable on commit, bounded in every wait.
 * @throws Rejection `hub.busy` when a bound was reached; nothing was written then and the same command may be sent again
 */
export async function inAppendTransaction<T>(
  sql: Database,
  work: (tx: Transaction) => Promise<T>,
  limits: AppendLimits = appendLimits,
): Promise<T> {
  try {
    return await inTransaction(sql, 'isolation level read committed read write', async (tx) => {
      // Not waited for: it travels with the first statement of the work, and comes before it.
      const bounded = tx`select set_config('lock_timeout', ${`${limits.lockMs}ms`}, true),
        set_config('statement_timeout', ${`${limits.statementMs}ms`}, true),
        set_config('idle_in_transaction_session_timeout', ${`${limits.idleMs}ms`}, true),
        set_config('synchronous_commit', 'on', true)`;
      const [, result] = await Promise.all([bounded, work(tx)]);
      return result;
    });
  } catch (error) {
    if (hubIsBusy.includes(sqlState(error) ?? ''))
      throw new Rejection('hub.busy', { seconds: limits.lockMs / 1000 });
    throw error;
  }
}
