import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { subscriberDomain } from '@tsudoi/schema';
import { baseEnvironment, type Child, startChild } from './child.ts';
import { waitUntil } from './wait.ts';

export interface NatsSettings {
  dir: string;
  /** Folder where an unpacked nats-server is kept for all instances. */
  binDir: string;
  logFile: string;
  port: number;
  password: string;
  /** Hears of the process before it answers. */
  spawned?: (child: Child) => void;
}

export const natsUser = 'hub';
const natsUsersName = 'nats-users.conf';

/** What the hub's process for subscribers shares with the server of this folder. */
export function natsFiles(dir: string): { usersFile: string; pidFile: string } {
  return { usersFile: join(dir, natsUsersName), pidFile: join(dir, 'nats.pid') };
}

export async function startNats(settings: NatsSettings): Promise<{ child: Child; url: string }> {
  const command = findNats(settings.binDir);
  const store = join(settings.dir, 'nats');
  mkdirSync(store, { recursive: true });
  const file = join(settings.dir, 'nats.conf');
  const api = `$JS.${subscriberDomain}.API`;
  const { usersFile, pidFile } = natsFiles(settings.dir);
  if (!existsSync(usersFile)) writeFileSync(usersFile, 'users = []\n', { mode: 0o600 });
  // Features of 2.9 only. The monitoring port stays closed; donors never speak to this server.
  writeFileSync(
    file,
    `listen: 127.0.0.1:${settings.port}
server_name: tsudoi
jetstream { store_dir: ${JSON.stringify(store)}, max_mem: 64MB, max_file: 8GB }
pid_file: ${JSON.stringify(pidFile)}
accounts {
  HUB {
    jetstream: enabled
    users = [ { user: ${natsUser}, password: ${JSON.stringify(settings.password)} } ]
    exports = [
      { stream: "log.>" }
      { service: "$JS.API.CONSUMER.MSG.NEXT.LOG.*", response_type: stream }
      { service: "$JS.API.CONSUMER.INFO.LOG.*" }
      { service: "$JS.ACK.LOG.>" }
    ]
  }
  # Working groups: another account, so that whatever a subscriber names as a reply stays outside of the hub's subjects.
  OUTSIDE {
    imports = [
      { stream: { account: HUB, subject: "log.>" } }
      { service: { account: HUB, subject: "$JS.API.CONSUMER.MSG.NEXT.LOG.*" }, to: "${api}.CONSUMER.MSG.NEXT.LOG.*" }
      { service: { account: HUB, subject: "$JS.API.CONSUMER.INFO.LOG.*" }, to: "${api}.CONSUMER.INFO.LOG.*" }
      { service: { account: HUB, subject: "$JS.ACK.LOG.>" } }
    ]
    include ${JSON.stringify(natsUsersName)}
  }
}
`,
    { mode: 0o600 },
  );
  const child = startChild({
    name: 'nats',
    command,
    args: ['-c', file],
    env: baseEnvironment(),
    logFile: settings.logFile,
  });
  settings.spawned?.(child);
  await waitUntil('nats-server', child, 15, () => answers(settings.port));
  return { child, url: `nats://127.0.0.1:${settings.port}` };
}

/**
 * A server whose disk was full switches JetStream off and stays so until it is started again.
 * @returns what ails it, or null
 * @throws when it cannot be asked
 */
export async function jetStreamAilment({
  port,
  password,
}: {
  port: number;
  password: string;
}): Promise<string | null> {
  const servers = `nats://127.0.0.1:${port}`;
  const connection = await connectNats({
    servers,
    user: natsUser,
    pass: password,
    reconnect: false,
    timeout: 5000,
  });
  try {
    await jetstreamManager(connection);
    return null;
  } catch (error) {
    if (error instanceof Error && error.name === 'JetStreamNotEnabled')
      return 'JetStream has switched itself off';
    throw error;
  } finally {
    await connection.close();
  }
}

/** From PATH, else Debian's package, unpacked without root. */
export function findNats(binDir: string): string {
  const onPath = spawnSync('sh', ['-c', 'command -v nats-server'], { encoding: 'utf8' }).stdout.trim();
  if (onPath) return onPath;
  const unpacked = join(binDir, 'nats-server');
  if (existsSync(unpacked)) return unpacked;
  process.stderr.write(
    'nats-server is not on PATH: unpacking the Debian package into the checkout (no root needed)\n',
  );
  mkdirSync(binDir, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'tsudoi-nats-'));
  try {
    download(work);
    const package_ = readdirSync(work).find((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', join(work, package_!), work]);
    execFileSync('cp', [join(work, 'usr/sbin/nats-server'), `${unpacked}.new`]);
    renameSync(`${unpacked}.new`, unpacked);
    return unpacked;
  } catch {
    throw new Error(
      'nats-server is missing: run "sudo apt-get install nats-server", or set NATS_URL to a server of yours',
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function download(work: string): void {
  const options = { cwd: work, stdio: 'ignore' } as const;
  try {
    execFileSync('apt-get', ['download', 'nats-server'], options);
  } catch (error) {
    // A bare image has no package lists; only root can fetch them.
    if (process.getuid?.() !== 0) throw error;
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['download', 'nats-server'], options);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false)); // without a word: it is another server, or this one is not ready
    socket.once('data', () => {
      socket.destroy(); // the server speaks first
      resolve(true);
    });
  });
}
