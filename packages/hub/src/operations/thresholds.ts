/** From when on something is said to whoever operates the hub. The only place where these figures stand. */
export const thresholds = {
  /** A read model or a reactor that is further behind: seconds since the first event it has not seen. */
  lagSeconds: { warning: 10, critical: 120 },
  /** A job nobody has taken, since it was queued (again). */
  queuedMinutes: 60,
  /**
   * Leases of one job that ran out: it kills its workers, or they are too small for it. One less than what fails a job
   * for good, so that somebody can look before.
   */
  expiredLeases: 2,
  /** A lease that is over and was not taken back: the reaper does not run. */
  overdueSeconds: 60,
  /** Free space of a disk that the hub writes to, as a share of it. */
  freeShare: { warning: 0.15, critical: 0.05 },
  /** The age of the last backup. */
  backupHours: { warning: 26, critical: 72 },
  /** Failed attempts in a row to deliver to one webhook. */
  webhookFailures: 3,
} as const;
