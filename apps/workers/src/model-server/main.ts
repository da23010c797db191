import { availableParallelism } from 'node:os';
import { artifactPage, createObjectStore, openHub } from '@tsudoi/hub';
import { startTelemetry } from '@tsudoi/hub/telemetry';
import { Env, parseEnv } from '@tsudoi/schema';
import { createLog, describeError } from '../roles/log.ts';
import { loadModel } from './load-model.ts';
import { ModelCache } from './model-cache.ts';
import { createModelServer } from './server.ts';

/** The process behind the playground. It listens on loopback only: the portal checks who may ask. */
const log = createLog('models');
const LOADED_MODELS = 2;
const LISTED_MODELS = 100;

function main(): void {
  const env = parseEnv(Env, process.env);
  if (!env.MODEL_SERVER_URL) throw new Error('MODEL_SERVER_URL is not set');
  const { hostname, port } = new URL(env.MODEL_SERVER_URL);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    throw new Error(`MODEL_SERVER_URL must be a loopback address, not ${hostname}`);
  const telemetry = startTelemetry({
    service: 'models',
    endpoint: new URL('/api/otlp', env.HUB_URL).href,
    token: env.TELEMETRY_TOKEN,
    forwardTo: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
  const hub = openHub({ databaseUrl: env.DATABASE_URL, leaseSeconds: env.LEASE_SECONDS, poolSize: 2 });
  const store = createObjectStore(env, hub.sql);
  const threads = Math.min(2, availableParallelism()); // the rest belongs to the workers of this machine
  const models = new ModelCache(LOADED_MODELS, (name) => loadModel(hub, store, name, threads));
  const names = async () =>
    (await artifactPage(hub, { kind: 'model', limit: LISTED_MODELS })).items.map((a) => a.artifactId);
  const server = createModelServer(models, names, log);
  server.on('error', (error) => {
    log.error(describeError(error));
    process.exit(1);
  });
  server.listen(Number(port), hostname.replace(/[[\]]/g, ''), () =>
    log.info('listening', { url: env.MODEL_SERVER_URL }),
  );
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, async () => {
      server.closeAllConnections();
      server.close();
      await hub.close();
      await telemetry.shutdown();
      process.exit(0);
    });
  }
}

try {
  main();
} catch (error) {
  log.error(describeError(error));
  process.exit(1);
}
