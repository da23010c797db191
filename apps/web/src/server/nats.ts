import { connect, type NatsConnection } from '@nats-io/transport-node';
import { serverEnv } from './env.ts';
import { processWide } from './process-wide.ts';

/** One connection for the process. It waits for a server that is still starting and comes back after every break. */
const connection = processWide('nats', () => {
  const env = serverEnv();
  return connect({
    servers: env.NATS_URL,
    user: env.NATS_USER,
    pass: env.NATS_PASSWORD,
    name: 'tsudoi-web',
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true, // a server that is being set up anew may refuse us for a while
    waitOnFirstConnect: true,
  });
});

export function natsConnection(): Promise<NatsConnection> {
  return connection();
}
