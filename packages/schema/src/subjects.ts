/** NATS names. 2.9 is the oldest server we speak to: one filter per consumer, no per-message TTL. */
export const logStream = 'LOG';
export const logSubjects = 'log.>';
export const logSubject = (streamType: string, type: string) => `log.${streamType}.${type}`;
/** The doorbell: core NATS, no storage. A lost ring is healed by polling. */
export const doorbellSubject = (jobKind: string) => `jobs.avail.${jobKind}`;
export const doorbellSubjects = 'jobs.avail.*';
/** Live metric points of a run, for open browser pages only. */
export const metricsSubject = (runId: string) => `metrics.${runId}`;
