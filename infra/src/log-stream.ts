import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { logStream } from '@tsudoi/schema';
import type { Instance } from './instance.ts';
import { checkoutRoot } from './paths.ts';
import { natsUser, startNats } from './servers/nats.ts';
import { freePort } from './servers/ports.ts';

export interface LogStream {
  lastSequence(): Promise<number>;
  /** The envelope stored at a sequence, decoded from JSON. */
  envelope(sequence: number): Promise<unknown>;
  /** What the copy takes on disk. */
  bytes(): Promise<number>;
}

/** Where NATS is, as the hub's own processes know it, and the copy of the log that lies there. */
export interface Broker {
  environment: { NATS_URL: string; NATS_USER?: string; NATS_PASSWORD?: string };
  stream: LogStream;
}

/** Reads the NATS copy of the log from the running hub's server, or from one started for as long as `work` takes. */
export function withLogStream<T>(instance: Instance, work: (stream: LogStream) => Promise<T>): Promise<T> {
  return withBroker(instance, ({ stream }) => work(stream));
}

export async function withBroker<T>(instance: Instance, work: (broker: Broker) => Promise<T>): Promise<T> {
  const { nats: password } = instance.secrets();
  const running = instance.state();
  const server =
    running || process.env.NATS_URL
      ? null
      : await startNats({
          dir: instance.dir,
          binDir: `${checkoutRoot}/.tsudoi/bin`,
          logFile: instance.logFile('nats'),
          port: await freePort(),
          password,
        });
  const url = process.env.NATS_URL ?? server?.url ?? `nats://127.0.0.1:${running!.ports.nats}`;
  const credentials = process.env.NATS_URL
    ? { user: process.env.NATS_USER, pass: process.env.NATS_PASSWORD }
    : { user: natsUser, pass: password };
  const connection = await connect({ servers: url, ...credentials });
  try {
    const manager = await jetstreamManager(connection);
    const stream = {
      lastSequence: async () => (await manager.streams.info(logStream)).state.last_seq,
      envelope: async (sequence: number) =>
        (await manager.streams.getMessage(logStream, { seq: sequence }))?.json(),
      bytes: async () => (await manager.streams.info(logStream)).state.bytes,
    };
    const { user, pass } = credentials;
    const environment = {
      NATS_URL: url,
      ...(user && { NATS_USER: user }),
      ...(pass && { NATS_PASSWORD: pass }),
    };
    return await work({ environment, stream });
  } finally {
    await connection.close();
    await server?.child.stop();
  }
}
