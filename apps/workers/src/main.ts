import { parseArgs } from 'node:util';
import { type Hub, openHub, runCredits, runProjections, surviveLostConnections } from '@tsudoi/hub';
import { startTelemetry } from '@tsudoi/hub/telemetry';
import { Env, parseEnv } from '@tsudoi/schema';
import { currentPresets } from './planner/filter-presets.ts';
import { runPlanner } from './planner/run-planner.ts';
import { runPublisher } from './publisher/run-publisher.ts';
import { runReaper } from './reaper.ts';
import { createLog, describeError, type Log } from './roles/log.ts';
import { saveReactorPosition } from './roles/reactor-position.ts';
import { supervise } from './roles/supervise.ts';
import { runSubscribers } from './subscribers/run-subscribers.ts';
import { runWebhooks } from './webhooks/run-webhooks.ts';

/** The hub's own long-running roles in one process; in production each may run alone, or twice. */
type Role = (hub: Hub, env: Env, options: { log: Log; signal: AbortSignal }) => Promise<void>;

const roles: Record<string, Role> = {
  publisher: (hub, env, options) => runPublisher(hub, env, options),
  projector: (hub, _env, { signal }) => runProjections(hub, { signal }),
  planner: (hub, _env, options) => runPlanner(hub, currentPresets, options),
  reaper: (hub, _env, options) => runReaper(hub, options),
  subscribers: (hub, env, options) => runSubscribers(hub, env, options),
  webhooks: (hub, { HUB_URL: source, WEBHOOKS_TO_LOOPBACK: loopback }, options) =>
    runWebhooks(hub, { source, allowLoopback: loopback === 'on' }, options),
  credits: (hub, _env, { signal }) =>
    runCredits(hub, { signal, reached: (position) => saveReactorPosition(hub.sql, 'credits', position) }),
};

const DRAIN_WITHIN = 8000;

async function main(): Promise<number> {
  const log = createLog('hub');
  surviveLostConnections((error) =>
    log.warn('a connection broke at its start', { error: describeError(error) }),
  );
  const chosen = chosenRoles();
  const env = parseEnv(Env, process.env);
  const telemetry = startTelemetry({
    service: chosen.length === 1 ? chosen[0] : 'hub',
    endpoint: new URL('/api/otlp', env.HUB_URL).href,
    token: env.TELEMETRY_TOKEN,
    forwardTo: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
  const hub = openHub({
    databaseUrl: env.DATABASE_URL,
    leaseSeconds: env.LEASE_SECONDS,
    personalKey: env.PERSONAL_DATA_KEY, // opens the secrets that deliveries are signed with
    poolSize: 4 + 2 * chosen.length,
  });
  const stopping = new AbortController();
  const stop = (name: string) => {
    log.info('stopping', { signal: name });
    stopping.abort(new Error('the process is stopping'));
    setTimeout(() => {
      log.error('a role did not stop in time', { afterMs: DRAIN_WITHIN });
      process.exit(1);
    }, DRAIN_WITHIN).unref();
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop(name));

  log.info('starting', { roles: chosen });
  await Promise.all(
    chosen.map((name) => {
      const options = { log: createLog(name), signal: stopping.signal };
      return supervise((signal) => roles[name](hub, env, { ...options, signal }), options);
    }),
  );
  await hub.close();
  await telemetry.shutdown();
  log.info('stopped');
  return 0;
}

function chosenRoles(): string[] {
  const known = Object.keys(roles);
  const { values } = parseArgs({ options: { roles: { type: 'string', default: known.join(',') } } });
  const chosen = values.roles.split(',').map((name) => name.trim());
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`there is no role "${unknown}"; known roles: ${known.join(', ')}`);
  return chosen;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    createLog('hub').error(describeError(error));
    process.exit(1);
  },
);
