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
}

/** Reads the NATS copy of the log from the running hub's server, or from one started for as long as `work` takes. */
export async function withLogStream<T>(
  instance: Instance,
  work: (stream: LogStream) => Promise<T>,
): Promise<T> {
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
    return await work({
      lastSequence: async () => (await manager.streams.info(logStream)).state.last_seq,
      envelope: async (sequence) => (await manager.streams.getMessage(logStream, { seq: sequence }))?.json(),
    });
  } finally {
    await connection.close();
    await server?.child.stop();
  }
}
