export { type Actor, actorKey } from './access/actor.ts';
export { authenticateToken } from './access/authenticate-token.ts';
export { permissionsOf, requirePermission } from './access/permissions.ts';
export { type CommandEnvelope, execute } from './command/execute.ts';
export type { CommandAnswer } from './command/receipt.ts';
export { runCredits } from './credit/run-credits.ts';
export { type Hub, type HubSettings, openHub } from './hub.ts';
export { expiredLeases } from './lease/expired-leases.ts';
export { heartbeat } from './lease/heartbeat.ts';
export { type LeaseRow, requireLease } from './lease/require-lease.ts';
export { type Database, inTransaction, type Queryable, type Transaction } from './log/connection.ts';
export { listenPositions } from './log/listen-positions.ts';
export { surviveLostConnections } from './log/lost-connections.ts';
export { logHead, readEnvelopes, readLog } from './log/read-log.ts';
export { uuidV7 } from './log/uuid-v7.ts';
export { type ChainReport, verifyChain } from './log/verify-chain.ts';
export { logMetrics } from './metrics/log-metrics.ts';
export { createObjectStore, type ObjectStoreSettings } from './objects/create-object-store.ts';
export type { ByteRange, ObjectStore, StoredObject, UploadGrant } from './objects/object-store.ts';
export { operationsReport, type Surroundings } from './operations/observe.ts';
export type { Alarm, AlarmCode, Disk, OperationsReport } from './operations/report.ts';
export { profileOf } from './personal-data/contact.ts';
export { backupSeal } from './personal-data/sealing.ts';
export { type ProjectionStatus, projectionStatus, retryProjection } from './projections/checkpoint.ts';
export { projectedPosition } from './projections/projected-position.ts';
export { allProjectionNames, projectionNamed, type RebuildOptions, rebuild } from './projections/rebuild.ts';
export { type RunnerSettings, runProjections } from './projections/run-projections.ts';
export { waitForProjections } from './projections/wait-for-projections.ts';
export { activity } from './queries/activity.ts';
export { annotationExport, annotationItemDetail, annotationItems } from './queries/annotation-items.ts';
export { annotationSetDetail, annotationSets, heldItem } from './queries/annotations.ts';
export { artifactDetail, artifactPage } from './queries/artifacts.ts';
export { creditedPerson, creditedReleases, creditTotals } from './queries/credit-totals.ts';
export { sourceDescendants, withdrawnSource } from './queries/descendants.ts';
export { hubStatus } from './queries/hub-status.ts';
export { jobBoard, jobDetail, jobKinds, jobPage } from './queries/jobs.ts';
export { PageInput, SearchText } from './queries/keyset.ts';
export { lineage } from './queries/lineage.ts';
export { creditEntries, subscriptions, webhooks } from './queries/own.ts';
export { groupMembers, groups, opennessOf, peoplePage, personas, tokens, viewer } from './queries/people.ts';
export { creditsText, releaseDetail, releaseList } from './queries/releases.ts';
export { runMetrics } from './queries/run-metrics.ts';
export { runDetail, runPage } from './queries/runs.ts';
export { sourceDetail, sourcePage, sourceTitles } from './queries/sources.ts';
export { recentTraces, traceSpans } from './queries/traces.ts';
export { type Identity, personForIdentity } from './session/person-for-identity.ts';
export { createSession, endSession, findSession } from './session/sessions.ts';
export { LogWindow, type WindowSettings } from './streams/log-window.ts';
export { type PublicEvent, PublicLog } from './streams/public-events.ts';
export { everything, isSelected, requireGroupSlug, type Selection } from './streams/select.ts';
export { type OpenSubscription, openSubscriptions } from './subscription/open-subscriptions.ts';
export { formatTraceTree } from './telemetry/format-trace-tree.ts';
export { insertSpans } from './telemetry/insert-spans.ts';
export { type VerifyReport, verifyLog } from './verify/verify-log.ts';
export { type ProjectionReport, verifyProjections } from './verify/verify-projections.ts';
export type { PublishedLog } from './verify/verify-stream.ts';
export {
  type Cursor,
  type Delivery,
  forgetOldDeliveries,
  letGo,
  nextDue,
  recordAttempt,
  replayWebhook,
  takeDue,
  webhookDeliveries,
} from './webhook/deliveries.ts';
export { type PostSettings, postOutside } from './webhook/post.ts';
export { type LiveWebhook, liveWebhooks } from './webhook/roster.ts';
export { webhookSecrets } from './webhook/secrets.ts';
export { signDelivery } from './webhook/signature.ts';
