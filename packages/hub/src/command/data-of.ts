import type { DomainEvent } from '@tsudoi/schema';

type DataOf<T extends DomainEvent['type']> = Extract<DomainEvent, { type: T }>['data'];

/** What the events of one type say. */
export function dataOf<T extends DomainEvent['type']>(events: readonly DomainEvent[], type: T): DataOf<T>[] {
  return events.flatMap((event) => (event.type === type ? [event.data as DataOf<T>] : []));
}
