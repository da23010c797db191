import type { GroupEvent, JobEvent, PersonEvent, SourceEvent } from '@tsudoi/schema';
import { projectMembers } from '../group/project-members.ts';
import { projectQueue } from '../job/project-queue.ts';
import type { NumberedEvent } from '../log/append.ts';
import type { Transaction } from '../log/connection.ts';
import { projectGrants } from '../person/project-grants.ts';
import { releaseTitles } from '../source/titles.ts';

/** The few projections that decisions read. They change in the same transaction as the log; all others follow it. */
export async function projectInline(tx: Transaction, events: NumberedEvent[]): Promise<void> {
  for (const { streamType, event, meta } of events) {
    if (streamType === 'person') await projectGrants(tx, event as PersonEvent);
    if (streamType === 'group') await projectMembers(tx, event as GroupEvent);
    if (streamType === 'source') await releaseTitles(tx, event as SourceEvent);
    if (streamType === 'job') await projectQueue(tx, event as JobEvent, meta);
  }
}
