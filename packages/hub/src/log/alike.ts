import { streamKey } from './append.ts';

interface Placed {
  streamType: string;
  streamId: string;
  event: { type: string };
}

/**
 * Splits events into groups of one stream type and event type, such that the events of each stream come in their order.
 * For writes that touch only rows of the event's own stream: a group may then be one statement.
 */
export function alike<E extends Placed>(events: readonly E[]): E[][] {
  const streams = [...Map.groupBy(events, (one) => streamKey(one.streamType, one.streamId)).values()];
  const next = streams.map(() => 0);
  const groups: E[][] = [];
  for (const [i, stream] of streams.entries()) {
    while (next[i] < stream.length) {
      const { streamType, event } = stream[next[i]];
      const group: E[] = [];
      for (let j = i; j < streams.length; j++) {
        for (; next[j] < streams[j].length; next[j]++) {
          const candidate = streams[j][next[j]];
          if (candidate.streamType !== streamType || candidate.event.type !== event.type) break;
          group.push(candidate);
        }
      }
      groups.push(group);
    }
  }
  return groups;
}
