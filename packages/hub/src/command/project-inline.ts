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
import type { NumberedEvent } from '../log/append.ts';
import type { Transaction } from '../log/connection.ts';
import { projectGrants } from '../person/project-grants.ts';
import { projectDescendants } from '../source/descendants.ts';
import { releaseTitles } from '../source/titles.ts';
import { projectSubscribers } from '../subscription/project-owners.ts';
import { projectWebhookOwners } from '../webhook/project-owners.ts';

/** The few projections that decisions read. They change in the same transaction as the log; all others follow it. */
export async function projectInline(tx: Transaction, events: NumberedEvent[]): Promise<void> {
  for (const numbered of events) await projectOne(tx, numbered);
}

async function projectOne(tx: Transaction, { streamType, event, meta }: NumberedEvent): Promise<void> {
  switch (streamType) {
    case 'person':
      return projectGrants(tx, event as PersonEvent);
    case 'group':
      return projectMembers(tx, event as GroupEvent);
    case 'source':
      return releaseTitles(tx, event as SourceEvent);
    case 'annotation-item':
      return projectItems(tx, event as AnnotationItemEvent);
    case 'job':
      return projectQueue(tx, event as JobEvent, meta);
    case 'artifact':
    case 'run':
    case 'release':
      return projectDescendants(tx, event as ArtifactEvent | RunEvent | ReleaseEvent);
    case 'credit':
      return projectEntries(tx, event as CreditEvent);
    case 'webhook':
      return projectWebhookOwners(tx, event as WebhookEvent);
    case 'subscription':
      return projectSubscribers(tx, event as SubscriptionEvent);
  }
}
