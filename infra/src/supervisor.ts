import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildWeb } from './build-web.ts';
import { cCompiler, ensureDebianPackages, libcHeaders } from './debian-packages.ts';
import { type Instance, isAlive, type Ports, type Secrets } from './instance.ts';
import { checkoutRoot } from './paths.ts';
import { runtimeUrl } from './runtime-database.ts';
import type { Say } from './say.ts';
import { seedLocalHub } from './seed.ts';
import { baseEnvironment, type Child, type ChildSettings, signalGroup, startChild } from './servers/child.ts';
import { Keeper, type KeepSettings } from './servers/keep.ts';
import { jetStreamAilment, natsFiles, natsUser, startNats } from './servers/nats.ts';
import { freePort, portIsFree } from './servers/ports.ts';
import { postgresHome, startPostgres } from './servers/postgres.ts';
import { waitUntil } from './servers/wait.ts';

/** What PostgreSQL needs for some segments of its log. */
const roomBytes = 64 * 1024 * 1024;

export interface UpOptions {
  instance: Instance;
  say: Say;
  /** Port of the portal. */
  port: number;
  /** Number of local workers. */
  workers: number;
  leaseSeconds: number;
}

export interface RunningHub {
  url: string;
  databaseUrl: string;
  natsUrl: string;
  secrets: Secrets;
  /** Starts one more worker, which stays down when it ends; the kill demo uses it. */
  startWorker(name: string): Promise<Child>;
  worker(name: string): Child | undefined;
  stop(): Promise<void>;
  /** Resolves when the hub was stopped from outside (Ctrl-C, `tsudoi down`); rejects when a process could not be kept up. */
  stopped: Promise<void>;
}

/** Starts real servers and the hub's processes as children, in order, and stops them in the opposite order. */
export async function startHub({
  instance,
  say,
  port,
  workers,
  leaseSeconds,
}: UpOptions): Promise<RunningHub> {
  const running = instance.state();
  if (running)
    throw new Error(
      `already running at ${running.url} (supervisor ${running.supervisor}); stop it with "./tsudoi down"`,
    );
  sweep(instance);
  if (!(await portIsFree(port))) throw new Error(`port ${port} is taken; choose another with --port N`);
  ensureDebianPackages([cCompiler, libcHeaders], say);
  instance.prepare();
  const secrets = instance.secrets();
  const last = instance.lastState()?.ports;
  const ports: Ports = {
    web: port,
    postgres: await freePort(last?.postgres),
    nats: await freePort(last?.nats),
    models: await freePort(last?.models),
  };
  const url = `http://127.0.0.1:${port}`;
  let [ready, stopping] = [false, false];
  const startedAt = new Date().toISOString();
  const save = () => {
    if (stopping) return;
    const [children, down] = [keeper.children(), keeper.down()];
    try {
      instance.saveState({ supervisor: process.pid, url, startedAt, ready, ports, children, down });
    } catch (error) {
      say.line(`the state of the hub cannot be written down: ${(error as Error).message}`);
    }
  };
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {}); // whoever waits for it hears of it
  const keeper = new Keeper({
    say,
    changed: save,
    failed: (error) => stop().then(() => ended.reject(error), ended.reject),
  });
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await keeper.stop();
    instance.clearState();
  };
  // A defect of ours must not leave servers behind.
  process.once('exit', () => {
    for (const pid of Object.values(keeper.children())) signalGroup(pid, 'SIGTERM');
  });
  const onSignal = () => {
    say.line('stopping');
    stop().then(ended.resolve, ended.reject);
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);

  try {
    const databaseUrl = await database();
    const nats = await broker();
    await seedLocalHub(databaseUrl, instance);
    Object.assign(secrets, instance.secrets());
    await buildWeb(instance.logFile('build'), say);

    const environment = {
      ...baseEnvironment(),
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      DATABASE_URL: runtimeUrl(databaseUrl, instance),
      ...nats,
      HUB_URL: url,
      HUB_SECRET: secrets.hub,
      PERSONAL_DATA_KEY: secrets.personalData,
      WEBHOOKS_TO_LOOPBACK: 'on',
      LOCAL_PERSONAS: 'on', // every listener below is on loopback
      OBJECT_STORE: 'filesystem',
      OBJECT_DIR: instance.path('objects'),
      MODEL_SERVER_URL: `http://127.0.0.1:${ports.models}`,
      TELEMETRY_TOKEN: secrets.telemetry,
      LEASE_SECONDS: String(leaseSeconds),
      ...pass('OTEL_EXPORTER_OTLP_ENDPOINT'),
      ...pass('OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_NAME'),
      ...(process.env.S3_ENDPOINT
        ? { OBJECT_STORE: 's3', ...pass('S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY', 'S3_SECRET_KEY') }
        : {}),
    };
    const node = (
      name: string,
      script: string,
      args: string[],
      env: Record<string, string>,
    ): ChildSettings => ({
      name,
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join(checkoutRoot, script), ...args],
      env,
      cwd: checkoutRoot,
      logFile: instance.logFile(name),
    });

    const keep = (settings: ChildSettings, rest: Partial<KeepSettings>) =>
      keeper.keep({ ...settings, vital: true, start: () => startChild(settings), ...rest });
    const portal: ChildSettings = {
      ...node(
        'portal',
        'node_modules/next/dist/bin/next',
        ['start', '-H', '127.0.0.1', '-p', String(port)],
        environment,
      ),
      cwd: join(checkoutRoot, 'apps/web'),
    };
    const needs = process.env.DATABASE_URL ? [] : ['postgres'];
    await Promise.all([
      keep(portal, { needs, start: (spawned) => startPortal(portal, url, spawned) }),
      keep(node('hub', 'apps/workers/src/main.ts', [], environment), { needs }),
      keep(node('models', 'apps/workers/src/model-server/main.ts', [], environment), { vital: false }),
    ]);

    const startWorker = (name: string, once = true) => {
      mkdirSync(instance.path('workers', name), { recursive: true });
      const settings = node(name, 'apps/workers/src/donor/main.ts', [], {
        ...baseEnvironment(),
        HUB_URL: url,
        WORKER_TOKEN: secrets.workerToken!,
        WORKER_NAME: name,
        WORKER_DIR: instance.path('workers', name),
        WORKER_THREADS: String(availableParallelism()),
        CODE_COMMIT: codeCommit(),
        TELEMETRY_TOKEN: secrets.telemetry,
      });
      return keep(settings, { vital: false, once });
    };
    for (let i = 1; i <= workers; i++) await startWorker(`worker-${i}`, false);
    ready = true;
    save();
    say.line(`portal      ${url}`);
    return {
      url,
      databaseUrl,
      natsUrl: nats.NATS_URL,
      secrets,
      startWorker,
      worker: (name) => keeper.running(name),
      stop,
      stopped: ended.promise,
    };
  } catch (error) {
    await stop();
    throw error;
  }

  async function database(): Promise<string> {
    if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
    const settings = {
      ...{ dir: instance.dir, logFile: instance.logFile('postgres'), port: ports.postgres },
      ...{ password: secrets.postgres, durable: true, answerSeconds: 300 },
    };
    let databaseUrl = '';
    await keeper.keep({
      ...{ name: 'postgres', logFile: settings.logFile, vital: true },
      start: async (spawned) => {
        const started = await startPostgres({ ...settings, spawned });
        databaseUrl = started.url;
        return started.child;
      },
      hindrance: () => fullDisk(postgresHome(instance.dir)),
    });
    say.line(`postgres    127.0.0.1:${ports.postgres}`);
    return databaseUrl;
  }

  async function broker(): Promise<Record<string, string>> {
    if (process.env.NATS_URL)
      return pass('NATS_URL', 'NATS_USER', 'NATS_PASSWORD', 'NATS_USERS_FILE', 'NATS_PID_FILE');
    const settings = {
      ...{ dir: instance.dir, binDir: join(checkoutRoot, '.tsudoi/bin'), logFile: instance.logFile('nats') },
      ...{ port: ports.nats, password: secrets.nats },
    };
    let natsUrl = '';
    await keeper.keep({
      ...{ name: 'nats', logFile: settings.logFile, vital: true },
      start: async (spawned) => {
        const started = await startNats({ ...settings, spawned });
        natsUrl = started.url;
        return started.child;
      },
      ailing: () => jetStreamAilment(settings),
      hindrance: () => fullDisk(join(instance.dir, 'nats')),
    });
    say.line(`nats        127.0.0.1:${ports.nats}`);
    const { usersFile, pidFile } = natsFiles(instance.dir);
    return {
      ...{ NATS_URL: natsUrl, NATS_USER: natsUser, NATS_PASSWORD: secrets.nats },
      ...{ NATS_USERS_FILE: usersFile, NATS_PID_FILE: pidFile },
    };
  }
}

async function startPortal(settings: ChildSettings, url: string, spawned: (child: Child) => void) {
  const child = startChild(settings);
  spawned(child);
  await waitUntil('the portal', child, 60, async () => (await fetch(`${url}/api/health`)).ok);
  return child;
}

/** A server that has no room to write ends again at once. */
function fullDisk(folder: string): string | null {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < roomBytes ? `waits for room on the disk of ${folder}` : null;
}

/** Children of a supervisor that was killed hard go first, or they would hold ports and data. */
function sweep(instance: Instance): void {
  for (const pid of Object.values(instance.lastState()?.children ?? {}))
    if (isAlive(pid)) signalGroup(pid, 'SIGKILL');
}

function pass(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]!]] : [])));
}

export function codeCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: checkoutRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
