import { AppendConnections } from './log/append-transaction.ts';
import { connect, type Database } from './log/connection.ts';

export interface HubSettings {
  databaseUrl: string;
  /** A lease ends this long after the last heartbeat. */
  leaseSeconds: number;
  /** Accepting reviews that a new proposal needs. Default 2. */
  reviewQuorum?: number;
  /** Connections kept by this process. Default 8. */
  poolSize?: number;
  /** How long one statement may stay without an answer until its connection is given up. Default 60. */
  answerSeconds?: number;
  /** 32 bytes that wrap the keys of people, as hex. Only processes that seal or read personal data need it. */
  personalKey?: string;
}

/** One process's handle on the hub: its connections and the rules it decides by. */
export interface Hub {
  sql: Database;
  /** Connections of their own, on which commands are decided and appended. */
  appends: AppendConnections;
  leaseSeconds: number;
  reviewQuorum: number;
  personalKey: Uint8Array | null;
  /** Ends the connections; queries still at work get so many seconds (5). */
  close(seconds?: number): Promise<void>;
}

export function openHub(settings: HubSettings): Hub {
  const { databaseUrl, answerSeconds } = settings;
  const sql = connect(databaseUrl, settings.poolSize ?? 8, { answerSeconds });
  const appends = new AppendConnections(databaseUrl, { answerSeconds });
  return {
    sql,
    appends,
    leaseSeconds: settings.leaseSeconds,
    reviewQuorum: settings.reviewQuorum ?? 2,
    personalKey: settings.personalKey ? Buffer.from(settings.personalKey, 'hex') : null,
    async close(seconds = 5) {
      await Promise.all([sql.end({ timeout: seconds }), appends.close(seconds)]);
    },
  };
}
