import { jetstreamManager } from '@nats-io/jetstream';
import type { Surroundings } from '@tsudoi/hub';
import { logStream } from '@tsudoi/schema';
import { natsConnection } from './nats.ts';

/** The page about NATS being away must not wait for NATS. */
const patienceMs = 2000;

/** The copy of the log on NATS, or why it cannot be asked now. */
export async function publishedLog(): Promise<Surroundings['published']> {
  try {
    const manager = await soon(natsConnection().then((connection) => jetstreamManager(connection)));
    return {
      lastSequence: async () => (await soon(manager.streams.info(logStream))).state.last_seq,
      bytes: async () => (await soon(manager.streams.info(logStream))).state.bytes,
      envelope: async (sequence) =>
        (await soon(manager.streams.getMessage(logStream, { seq: sequence })))?.json(),
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function soon<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs);
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer));
}
