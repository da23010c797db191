import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Hub, openHub } from '@tsudoi/hub';
import { migrate } from '@tsudoi/hub/migrate';
import { letRuntimeRoleSignIn, runtimeRole } from '@tsudoi/hub/runtime-role';
import { logStream } from '@tsudoi/schema';
import { checkoutRoot } from '../paths.ts';
import { baseEnvironment, type Child, startChild } from '../servers/child.ts';
import { natsFiles, natsUser, startNats } from '../servers/nats.ts';
import { freePort } from '../servers/ports.ts';
import { postgresHome, startPostgres } from '../servers/postgres.ts';

const password = 'stage';
const personalKey = '5a'.repeat(32);

/**
 * Real servers of its own for one fault, durable as in production, which may be killed and started again. The hub's
 * processes work as the runtime role.
 */
export class Stage {
  readonly dir: string;
  readonly databaseUrl: string;
  /** As the owner of the database, for what only a person with the server in hand can do. */
  readonly ownerUrl: string;
  readonly natsUrl: string;
  readonly #ports: { postgres: number; nats: number };
  readonly #hubs: Hub[] = [];
  readonly #children: Child[] = [];
  #postgres: Child | null = null;
  #nats: Child | null = null;

  private constructor(dir: string, ports: { postgres: number; nats: number }) {
    this.dir = dir;
    this.#ports = ports;
    this.ownerUrl = `postgres://tsudoi:${password}@127.0.0.1:${ports.postgres}/tsudoi`;
    this.databaseUrl = this.ownerUrl.replace('tsudoi:', `${runtimeRole}:`);
    this.natsUrl = `nats://127.0.0.1:${ports.nats}`;
  }

  static async open(): Promise<Stage> {
    const dir = mkdtempSync(join(tmpdir(), 'tsudoi-fault-'));
    chmodSync(dir, 0o755);
    const stage = new Stage(dir, { postgres: await freePort(), nats: await freePort() });
    try {
      await stage.startPostgres();
      await stage.startNats();
      const owner = openHub({ databaseUrl: stage.ownerUrl, leaseSeconds: 90, poolSize: 1 });
      await migrate(owner.sql);
      await letRuntimeRoleSignIn(owner.sql, password);
      await owner.close();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** A handle on the hub as one of its processes has it. */
  hub({ leaseSeconds = 90, poolSize = 8, owner = false } = {}): Hub {
    const databaseUrl = owner ? this.ownerUrl : this.databaseUrl;
    const hub = openHub({ databaseUrl, leaseSeconds, poolSize, personalKey });
    this.#hubs.push(hub);
    return hub;
  }

  /** The hub's own processes as they run in production: publisher, projector, reaper, planner. */
  startRoles(...roles: string[]): Child {
    return this.startRolesWith({}, ...roles);
  }

  /** The same with other settings. @param preload a module that runs before anything else */
  startRolesWith(
    { env = {}, preload }: { env?: Record<string, string>; preload?: string },
    ...roles: string[]
  ): Child {
    const before = preload ? ['--import', preload] : [];
    const child = startChild({
      name: roles.join('+'),
      command: process.execPath,
      args: [...before, join(checkoutRoot, 'apps/workers/src/main.ts'), '--roles', roles.join(',')],
      env: { ...baseEnvironment(), ...this.environment(), ...env },
      cwd: checkoutRoot,
      logFile: join(this.dir, 'roles.log'),
    });
    this.#children.push(child);
    return child;
  }

  /** Settings of the hub's processes. */
  environment(): Record<string, string> {
    const { usersFile, pidFile } = natsFiles(this.dir);
    return {
      ...{ DATABASE_URL: this.databaseUrl, NATS_URL: this.natsUrl },
      ...{ NATS_USER: natsUser, NATS_PASSWORD: password, NATS_USERS_FILE: usersFile, NATS_PID_FILE: pidFile },
      ...{ HUB_URL: 'http://127.0.0.1:9', HUB_SECRET: 'x'.repeat(32), PERSONAL_DATA_KEY: personalKey },
    };
  }

  async startPostgres(): Promise<void> {
    const settings = {
      dir: this.dir,
      logFile: join(this.dir, 'postgres.log'),
      port: this.#ports.postgres,
      password,
    };
    // After a kill the old server's processes may hold its shared memory for a moment longer.
    for (let attempt = 1; ; attempt++) {
      try {
        this.#postgres = (await startPostgres({ ...settings, durable: true })).child;
        return;
      } catch (error) {
        if (attempt === 50) throw error;
        await delay(100);
      }
    }
  }

  async killPostgres(): Promise<void> {
    await kill(this.#postgres!);
  }

  async startNats(): Promise<void> {
    const settings = {
      dir: this.dir,
      binDir: join(checkoutRoot, '.tsudoi/bin'),
      logFile: join(this.dir, 'nats.log'),
    };
    this.#nats = (await startNats({ ...settings, port: this.#ports.nats, password })).child;
  }

  async killNats({ withStore = false } = {}): Promise<void> {
    await kill(this.#nats!);
    if (withStore) rmSync(join(this.dir, 'nats'), { recursive: true, force: true });
  }

  connectNats(): Promise<NatsConnection> {
    return connect({
      servers: this.natsUrl,
      user: natsUser,
      pass: password,
      reconnect: false,
      timeout: 2000,
    });
  }

  /** The published copy of the log; null while NATS is away or the stream is not there. */
  async published<T>(read: (stream: PublishedCopy) => Promise<T>): Promise<T | null> {
    const connection = await this.connectNats().catch(() => null);
    if (!connection) return null;
    try {
      const manager = await jetstreamManager(connection);
      return await read({
        lastSequence: async () => (await manager.streams.info(logStream)).state.last_seq,
        envelope: async (sequence) =>
          (await manager.streams.getMessage(logStream, { seq: sequence }))?.json(),
      });
    } catch {
      return null;
    } finally {
      await connection.close().catch(() => {});
    }
  }

  /** The end of what the hub's processes wrote. */
  lastLines(count = 12): string[] {
    const file = join(this.dir, 'roles.log');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    return lines.slice(-count).map((line) => line.slice(0, 300));
  }

  async close(): Promise<void> {
    for (const child of this.#children) if (child.running()) await kill(child);
    for (const hub of this.#hubs) await hub.close(1).catch(() => {});
    if (this.#nats?.running()) await kill(this.#nats);
    if (this.#postgres?.running()) await this.#postgres.stop();
    for (const folder of [postgresHome(this.dir), this.dir]) rmSync(folder, { recursive: true, force: true });
  }
}

export interface PublishedCopy {
  lastSequence(): Promise<number>;
  envelope(sequence: number): Promise<unknown>;
}

/** kill -9, and waits until the process is gone. */
export async function kill(child: Child): Promise<void> {
  if (!child.running()) return;
  process.kill(child.pid, 'SIGKILL');
  await child.ended;
}

/** Waits for a condition; a time-out is a failure that says what was waited for. */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`after ${seconds} s still not: ${what}`);
    await delay(50);
  }
}
