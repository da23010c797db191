import { type DomainEvent, deterministicId } from '@tsudoi/schema';
import type { Hub } from '../hub.ts';
import { LogBatch, type StreamAppend } from '../log/append.ts';

/** How many events each group of a filled log has: its creation and its members. */
const perGroup = 50;

/**
 * Appends so many events to an empty log without deciding anything: working groups, each with 49 members. For benches
 * and tests of what follows from a long log. @returns events per second
 */
export async function fillLog(
  { appends }: Pick<Hub, 'appends'>,
  events: number,
  { batch = 1000, onProgress }: { batch?: number; onProgress?: (done: number) => void } = {},
): Promise<number> {
  const started = performance.now();
  for (let done = 0; done < events; done += batch) {
    const ofGroups = new Map<number, StreamAppend>();
    for (let n = done; n < Math.min(done + batch, events); n++) {
      const group = Math.floor(n / perGroup);
      const append = ofGroups.get(group) ?? appendTo(group, n % perGroup);
      append.events.push(eventOf(group, n % perGroup));
      ofGroups.set(group, append);
    }
    await appends.transaction(async (tx) => {
      const log = new LogBatch(tx);
      const commandId = deterministicId('fill', done);
      const by = { commandId, correlationId: commandId, causationPosition: null, traceparent: null };
      for (const append of ofGroups.values()) {
        log.assume('group', append.streamId, (append.expected as { exact: number }).exact);
        await log.add([append], { actor: 'system:fill', ...by });
      }
      await log.write();
    });
    onProgress?.(Math.min(done + batch, events));
  }
  return events / ((performance.now() - started) / 1000);
}

const groupIdOf = (group: number): string => deterministicId('group', group);

function appendTo(group: number, version: number): StreamAppend {
  return { streamType: 'group', streamId: groupIdOf(group), expected: { exact: version }, events: [] };
}

function eventOf(group: number, n: number): DomainEvent {
  const groupId = groupIdOf(group);
  if (n > 0) return { type: 'MemberAdded', data: { groupId, personId: deterministicId('person', group, n) } };
  const names = { nameJa: `作業部会 ${group}`, nameEn: `Working group ${group}` };
  return { type: 'GroupCreated', data: { groupId, slug: `group-${group}`, ...names } };
}
