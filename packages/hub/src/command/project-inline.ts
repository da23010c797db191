import type {
  AnnotationItemEvent,
  ArtifactEvent,
  CreditEvent,
  GroupEvent,
  JobEvent,
  PersonEvent,
  ReleaseEvent,
  RunEvent,
  SourceEvent,
  SubscriptionEvent,
  WebhookEvent,
} from '@tsudoi/schema';
import { projectItems } from '../annotation/project-items.ts';
import { projectEntries } from '../credit/project-entries.ts';
import { projectMembers } from '../group/project-members.ts';
import { projectQueue } from '../job/project-queue.ts';
import { alike } from '../log/alike.ts';
import type { NumberedEvent } from '../log/append.ts';
import type { Statement, Transaction } from '../log/connection.ts';
import { projectGrants } from '../person/project-grants.ts';
import { projectDescendants } from '../source/descendants.ts';
import { releaseTitles } from '../source/titles.ts';
import { projectSubscribers } from '../subscription/project-owners.ts';
import { projectWebhookOwners } from '../webhook/project-owners.ts';

/**
 * The few projections that decisions read. They change in the same transaction as the log; all others follow it.
 * Each touches only rows of its own stream, so events of one type of many streams share a statement, while those of one
 * stream keep their order. The statements are sent one behind the other without waiting for answers.
 */
export async function projectInline(tx: Transaction, events: readonly NumberedEvent[]): Promise<void> {
  const statements = alike(events).flatMap((group) => statementsFor(tx, group));
  const sent = await Promise.allSettled(statements.map((statement) => statement.execute()));
  const failed = sent.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason; // the first: those behind it only say that the transaction was ended
}

/** @param alike events of one type of streams of one type */
function statementsFor(tx: Transaction, alike: readonly NumberedEvent[]): Statement[] {
  const [{ streamType }] = alike;
  const events = alike.map(({ event }) => event);
  switch (streamType) {
    case 'person':
      return projectGrants(tx, events as PersonEvent[]);
    case 'group':
      return projectMembers(tx, events as GroupEvent[]);
    case 'source':
      return (events as SourceEvent[]).flatMap((event) => releaseTitles(tx, event));
    case 'annotation-item':
      return (events as AnnotationItemEvent[]).flatMap((event) => projectItems(tx, event));
    case 'job':
      return alike.flatMap(({ event, meta }) => projectQueue(tx, event as JobEvent, meta));
    case 'artifact':
    case 'run':
    case 'release':
      return (events as (ArtifactEvent | RunEvent | ReleaseEvent)[]).flatMap((event) =>
        projectDescendants(tx, event),
      );
    case 'credit':
      return (events as CreditEvent[]).flatMap((event) => projectEntries(tx, event));
    case 'webhook':
      return (events as WebhookEvent[]).flatMap((event) => projectWebhookOwners(tx, event));
    case 'subscription':
      return (events as SubscriptionEvent[]).flatMap((event) => projectSubscribers(tx, event));
    default:
      return [];
  }
}
