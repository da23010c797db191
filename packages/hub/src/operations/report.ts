/** What whoever operates a hub needs to know, as of one moment. */
export interface OperationsReport {
  at: string;
  log: { position: number; hash: string };
  followers: Follower[];
  nats: NatsState;
  webhooks: TroubledWebhook[];
  jobs: { stuck: StuckJob[]; queued: number; leased: number; awaitingStart: number; overdueLeases: number };
  storage: {
    databaseBytes: number;
    logBytes: number;
    objects: number;
    objectBytes: number;
    /** Disks that are on the machine of whoever asks; null where the hub keeps nothing there. */
    disks: Disk[];
  };
  backup: LastBackup | null;
  alarms: Alarm[];
}

/** A read model, or a process that acts on the log. */
export interface Follower {
  kind: 'projection' | 'reactor';
  name: string;
  position: number;
  lag: number; // events
  lagSeconds: number; // since the first event it has not seen
  error: string | null;
  /** What lets it go on once the cause is mended. */
  retry: string | null;
}

/** The published copy of the log. */
export type NatsState =
  | { reachable: true; lastSequence: number; bytes: number; problem: string | null }
  | { reachable: false; problem: string };

/** Deliveries that were given up, or are about to be. */
export interface TroubledWebhook {
  webhookId: string;
  url: string;
  state: string;
  failures: number;
  lastStatus: number | null;
  /** Events that wait behind the one that fails. */
  behind: number;
}

export interface StuckJob {
  jobId: string;
  kind: string;
  reason: 'expired-often' | 'queued-long' | 'lease-overdue';
  expired: number;
  minutes: number;
}

export interface Disk {
  name: 'database' | 'objects' | 'nats';
  totalBytes: number;
  freeBytes: number;
}

export interface LastBackup {
  at: string;
  ageHours: number;
  position: number;
  bytes: number;
  missing: number;
}

export type AlarmCode =
  | 'follower-stopped'
  | 'follower-late'
  | 'nats-away'
  | 'nats-diverged'
  | 'webhook-paused'
  | 'webhook-failing'
  | 'job-expired-often'
  | 'job-queued-long'
  | 'lease-overdue'
  | 'disk-low'
  | 'backup-none'
  | 'backup-old'
  | 'backup-incomplete';

export interface Alarm {
  code: AlarmCode;
  severity: 'warning' | 'critical';
  /** For the sentence that says it. */
  params: Record<string, string | number>;
  /** A command that helps, where there is one. */
  remedy: string | null;
}
