import type { DomainEvent, StreamType } from '@tsudoi/schema';
import type { StreamAppend } from '../log/append.ts';
import type { Queryable } from '../log/connection.ts';
import { type History, readStream } from '../log/read-log.ts';

/** One consistency boundary: a stream of events folded into the state that its decisions look at. Pure. */
export interface Aggregate<State, Event extends DomainEvent> {
  streamType: StreamType;
  initial: State;
  evolve(state: State, event: Event): State;
}

export interface Loaded<State> {
  state: State;
  /** 0: the stream does not exist. */
  version: number;
}

export function fold<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  events: readonly Event[],
): State {
  return events.reduce((state, event) => aggregate.evolve(state, event), aggregate.initial);
}

/** Streams as the commands of one batch see them: the log, and what the batch is about to append to it. */
export interface Histories {
  history(streamType: StreamType, streamId: string): Promise<History>;
}

/** @param from the context of a command, or a connection */
export async function load<State, Event extends DomainEvent>(
  from: Histories | Queryable,
  aggregate: Aggregate<State, Event>,
  id: string,
): Promise<Loaded<State>> {
  const { streamType } = aggregate;
  const { version, events } =
    'history' in from ? await from.history(streamType, id) : await readStream(from, streamType, id);
  return { version, state: fold(aggregate, events as Event[]) };
}

/** Appends to the stream as it was when it was loaded. */
export function appendTo<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  id: string,
  loaded: { version: number },
  events: Event[],
): StreamAppend {
  const expected = loaded.version === 0 ? 'must-not-exist' : { exact: loaded.version };
  return { streamType: aggregate.streamType, streamId: id, expected, events };
}
