/** NATS names. 2.9 is the oldest server we speak to: one filter per consumer, no per-message TTL. */
export const logStream = 'LOG';
export const logSubjects = 'log.>';
/** Stands in a subject where an event belongs to no working group; no slug can look like it. */
const noGroup = '_';
/** The group comes first, so that what a group may read is one prefix. */
export const logSubject = (group: string | null, streamType: string, type: string) =>
  `log.${group ?? noGroup}.${streamType}.${type}`;

/**
 * The one subject filter of a subscription: its group (null: all), and its topic where it has a single one. A consumer
 * of 2.9 has one filter, so a subscription to several topics gets its whole group and looks at `type` itself.
 */
export function subscriptionFilter(group: string | null, topics: readonly string[]): string {
  const [topic] = topics;
  const [streamType, type] = topics.length === 1 && topic !== '*' ? topic.split('.') : [];
  if (streamType === undefined) return group === null ? logSubjects : `log.${group}.>`;
  return `log.${group ?? '*'}.${streamType}.${type ?? '*'}`;
}

/** Under this JetStream domain outsiders find the hub's stream. */
export const subscriberDomain = 'hub';
/** Everything on NATS that belongs to one subscription is called after it. */
export const subscriptionUser = (subscriptionId: string) => `sub_${subscriptionId.replaceAll('-', '')}`;
export const subscriptionInbox = (user: string) => `_INBOX_${user}`;
/** The doorbell: core NATS, no storage. A lost ring is healed by polling. */
export const doorbellSubject = (jobKind: string) => `jobs.avail.${jobKind}`;
export const doorbellSubjects = 'jobs.avail.*';
/** Live metric points of a run, for open browser pages only. */
export const metricsSubject = (runId: string) => `metrics.${runId}`;
