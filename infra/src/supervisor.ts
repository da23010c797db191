import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
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
import { natsFiles, natsUser, startNats } from './servers/nats.ts';
import { freePort, portIsFree } from './servers/ports.ts';
import { startPostgres } from './servers/postgres.ts';
import { waitUntil } from './servers/wait.ts';

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
  /** Starts one more worker; tests and the kill demo use it. */
  startWorker(name: string): Child;
  worker(name: string): Child | undefined;
  stop(): Promise<void>;
  /** Resolves when the hub was stopped from outside (Ctrl-C, `tsudoi down`). */
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
  const children: Child[] = [];
  let stopping = false;
  const startedAt = new Date().toISOString();
  const save = (ready: boolean) =>
    instance.saveState({
      supervisor: process.pid,
      url,
      startedAt,
      ready,
      ports,
      children: Object.fromEntries(
        children.filter((child) => child.running()).map((child) => [child.name, child.pid]),
      ),
    });
  const add = (child: Child) => {
    children.push(child);
    save(false);
    return child;
  };
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    for (const child of [...children].reverse()) await child.stop();
    instance.clearState();
  };
  // A defect of ours must not leave servers behind.
  process.once('exit', () => {
    for (const child of children) if (child.running()) signalGroup(child.pid, 'SIGTERM');
  });
  const stopped = new Promise<void>((resolve) => {
    const onSignal = () => {
      say.line('stopping');
      stop().then(resolve);
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  });

  /** Keeps one of our own processes alive: a crash is reported and it is started again, with growing pauses. */
  const keep = (settings: ChildSettings, restart: boolean) => {
    let pause = 1000;
    const start = () => {
      const child = add(startChild(settings));
      child.ended.then((how) => {
        if (stopping) return;
        children.splice(children.indexOf(child), 1);
        say.line(`${settings.name} ended (${how}); its log: ./tsudoi logs ${settings.name}`);
        if (!restart) return save(true);
        setTimeout(() => !stopping && start(), pause).unref();
        pause = Math.min(pause * 2, 30_000);
      });
      return child;
    };
    return start();
  };

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

    keep(
      {
        ...node(
          'portal',
          'node_modules/next/dist/bin/next',
          ['start', '-H', '127.0.0.1', '-p', String(port)],
          environment,
        ),
        cwd: join(checkoutRoot, 'apps/web'),
      },
      true,
    );
    keep(node('hub', 'apps/workers/src/main.ts', [], environment), true);
    keep(node('models', 'apps/workers/src/model-server/main.ts', [], environment), true);
    await waitUntil(
      'the portal',
      children.find((child) => child.name === 'portal')!,
      60,
      async () => (await fetch(`${url}/api/health`)).ok,
    );

    const startWorker = (name: string, restart = false) => {
      mkdirSync(instance.path('workers', name), { recursive: true });
      return keep(
        node(name, 'apps/workers/src/donor/main.ts', [], {
          ...baseEnvironment(),
          HUB_URL: url,
          WORKER_TOKEN: secrets.workerToken!,
          WORKER_NAME: name,
          WORKER_DIR: instance.path('workers', name),
          WORKER_THREADS: String(availableParallelism()),
          CODE_COMMIT: codeCommit(),
          TELEMETRY_TOKEN: secrets.telemetry,
        }),
        restart,
      );
    };
    for (let i = 1; i <= workers; i++) startWorker(`worker-${i}`, true);
    save(true);
    say.line(`portal      ${url}`);
    return {
      url,
      databaseUrl,
      natsUrl: nats.NATS_URL,
      secrets,
      startWorker,
      worker: (name) => children.find((child) => child.name === name && child.running()),
      stop,
      stopped,
    };
  } catch (error) {
    await stop();
    throw error;
  }

  async function database(): Promise<string> {
    if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
    const { child, url: databaseUrl } = await startPostgres({
      dir: instance.dir,
      logFile: instance.logFile('postgres'),
      port: ports.postgres,
      password: secrets.postgres,
      durable: true,
    });
    add(child);
    say.line(`postgres    127.0.0.1:${ports.postgres}`);
    return databaseUrl;
  }

  async function broker(): Promise<Record<string, string>> {
    if (process.env.NATS_URL)
      return pass('NATS_URL', 'NATS_USER', 'NATS_PASSWORD', 'NATS_USERS_FILE', 'NATS_PID_FILE');
    const { child, url: natsUrl } = await startNats({
      dir: instance.dir,
      binDir: join(checkoutRoot, '.tsudoi/bin'),
      logFile: instance.logFile('nats'),
      port: ports.nats,
      password: secrets.nats,
    });
    add(child);
    say.line(`nats        127.0.0.1:${ports.nats}`);
    const { usersFile, pidFile } = natsFiles(instance.dir);
    return {
      ...{ NATS_URL: natsUrl, NATS_USER: natsUser, NATS_PASSWORD: secrets.nats },
      ...{ NATS_USERS_FILE: usersFile, NATS_PID_FILE: pidFile },
    };
  }
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
