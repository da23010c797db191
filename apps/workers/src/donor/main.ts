import { resolve } from 'node:path';
import { startTelemetry } from '@tsudoi/hub/telemetry';
import { parseEnv, WorkerEnv } from '@tsudoi/schema';
import { createLog, describeError } from '../roles/log.ts';
import { runDonor } from './donor-loop.ts';
import { PreflightFailed, preflight } from './preflight.ts';

/** The donor's worker: it needs the hub's address and a token, and opens no port. */
const log = createLog('donor');
try {
  const env = parseEnv(WorkerEnv, process.env);
  // Stages and the programs they start (cc, apt-get, npm) inherit the environment; the token is none of their business.
  delete process.env.WORKER_TOKEN;
  // Each job is a thread that loads the engine anew: compiled once, that takes half the time.
  process.env.NODE_COMPILE_CACHE ??= resolve(env.WORKER_DIR, 'compile-cache');
  const telemetry = startTelemetry({
    service: 'worker',
    endpoint: new URL('/api/otlp', env.HUB_URL).href,
    token: env.TELEMETRY_TOKEN ?? env.WORKER_TOKEN,
  });
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      log.info('stopping, the current job is given back', { signal: name });
      stopping.abort(new Error('the worker was stopped'));
    });
  }
  const offers = await preflight(env);
  log.info('worker ready', { hub: env.HUB_URL, node: env.WORKER_NAME, ...offers });
  await runDonor(env, offers, log, stopping.signal);
  await telemetry.shutdown();
  log.info('worker stopped');
  process.exit(0);
} catch (error) {
  log.error(error instanceof PreflightFailed ? error.message : describeError(error));
  process.exit(1);
}
