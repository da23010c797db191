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
  leaseSeconds: number;
  reviewQuorum: number;
  personalKey: Uint8Array | null;
  /** Ends the connections; queries still at work get so many seconds (5). */
  close(seconds?: number): Promise<void>;
}

export function openHub(settings: HubSettings): Hub {
  const sql = connect(settings.databaseUrl, settings.poolSize ?? 8, settings.answerSeconds);
  return {
    sql,
    leaseSeconds: settings.leaseSeconds,
    reviewQuorum: settings.reviewQuorum ?? 2,
    personalKey: settings.personalKey ? Buffer.from(settings.personalKey, 'hex') : null,
    close: (seconds = 5) => sql.end({ timeout: seconds }),
  };
}
