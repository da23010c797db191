import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Env } from '@tsudoi/schema';
import { describeError, type Log } from '../roles/log.ts';
import { pause } from '../roles/wake.ts';

const OLDEST = [2, 9] as const;
const LONGEST_PAUSE = 10_000;

export type NatsSettings = Pick<Env, 'NATS_URL' | 'NATS_USER' | 'NATS_PASSWORD'>;

/**
 * Connects to NATS, however long that takes, and reconnects for ever afterwards. Nothing of the hub waits for it.
 * @throws Error when the server is older than 2.9: it would silently ignore what the log relies on.
 */
export async function connectNats(
  settings: NatsSettings,
  { name, log, signal }: { name: string; log: Log; signal: AbortSignal },
): Promise<NatsConnection> {
  for (let wait = 250; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
    signal.throwIfAborted();
    try {
      const connection = await connect({
        servers: settings.NATS_URL,
        user: settings.NATS_USER,
        pass: settings.NATS_PASSWORD,
        name,
        timeout: 5000,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 500,
        ignoreAuthErrorAbort: true, // else two refusals in a row, as of a server being set up anew, would be the end
      });
      await assertVersion(connection);
      return connection;
    } catch (error) {
      if (error instanceof OldServer) throw error;
      log.warn('NATS cannot be reached', { url: settings.NATS_URL, error: describeError(error) });
      await pause(wait, signal);
    }
  }
}

class OldServer extends Error {
  override readonly name = 'OldServer';
}

async function assertVersion(connection: NatsConnection): Promise<void> {
  const version = connection.info?.version ?? '0.0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  await connection.close();
  throw new OldServer(`nats-server ${version} is too old; ${OLDEST.join('.')} or newer is needed`);
}
