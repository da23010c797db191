import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { execute, type Hub } from '@tsudoi/hub';
import { type Command, Rejection } from '@tsudoi/schema';
import { baseEnvironment, type Child } from '../servers/child.ts';
import { lostOrDoubled, whatIsWrong } from './invariants.ts';
import { Random } from './random.ts';
import { randomCommands } from './random-commands.ts';
import { kill, type Stage, until } from './stage.ts';

export interface ModelReport {
  seed: number;
  sent: number;
  acknowledged: number;
  refused: number;
  /** Sent, and never answered before a kill; sent again under their ids in the end. */
  open: number;
  kills: Record<string, number>;
  events: number;
  problem: string | null;
}

export type Victim = 'writer' | 'postgres' | 'nats' | 'nats-store' | 'roles';
const allVictims: readonly Victim[] = ['writer', 'writer', 'postgres', 'nats', 'nats-store', 'roles'];

export interface ModelSettings {
  seed: number;
  seconds: number;
  writers?: number;
  /** Who may be killed; one named twice is killed twice as often. */
  victims?: readonly Victim[];
}

const nothingHappens = ['group.addMember']; // adding a member twice appends nothing, and files no receipt

/**
 * Writers send random commands while they, PostgreSQL, NATS and the hub's processes are killed with kill -9 at random
 * moments. Afterwards the log, its projections and its published copy must be whole, and every command that was
 * acknowledged must be there once. Commands, victims and pauses follow from the seed.
 */
export async function runModel(
  stage: Stage,
  { seed, seconds, writers = 3, victims = allVictims }: ModelSettings,
  progress: (line: string) => void = () => {},
): Promise<ModelReport> {
  const random = new Random(seed);
  const fleet = Array.from({ length: writers }, (_, writer) => new Writer(stage, seed, writer));
  let roles: Child = stage.startRoles('publisher', 'projector');
  const kills: Record<string, number> = {};
  for (const writer of fleet) writer.start();
  await until('every writer was answered', 60, async () =>
    fleet.every((writer) => writer.acknowledged.size > 0),
  );
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    await delay(400 + random.below(1200));
    const victim = random.pick(victims);
    kills[victim] = (kills[victim] ?? 0) + 1;
    progress(`kill -9 ${victim}`);
    if (victim === 'writer') {
      const writer = random.pick(fleet);
      await writer.kill();
      writer.start();
    } else if (victim === 'postgres') {
      await stage.killPostgres();
      await stage.startPostgres();
    } else if (victim === 'roles') {
      await kill(roles);
      roles = stage.startRoles('publisher', 'projector');
    } else {
      await stage.killNats({ withStore: victim === 'nats-store' });
      await stage.startNats();
    }
  }
  for (const writer of fleet) await writer.kill();
  return { seed, kills, ...(await settle(stage, fleet)) };
}

/**
 * What was sent and not answered is sent again, and everything is walked.
 * @param fleet writers that work no more
 */
export async function settle(
  stage: Stage,
  fleet: readonly Writer[],
): Promise<Omit<ModelReport, 'seed' | 'kills'>> {
  const hub = stage.hub({ owner: true });
  const open = fleet.flatMap((writer) => writer.open());
  const acknowledged = new Map(fleet.flatMap((writer) => [...writer.acknowledged]));
  for (const { command, commandId, writer } of open) {
    const position = await resolve(hub, command, commandId, writer);
    if (position !== null) acknowledged.set(commandId, position);
  }
  const problem = (await lostOrDoubled(hub, acknowledged)) ?? (await whatIsWrong(stage, hub));
  const [{ events }] = await hub.sql<{ events: number }[]>`select position as events from log_head`;
  return {
    sent: fleet.reduce((sum, writer) => sum + writer.sent, 0),
    acknowledged: acknowledged.size,
    refused: fleet.reduce((sum, writer) => sum + writer.refused, 0),
    ...{ open: open.length, events, problem },
  };
}

/** Sends a command whose fate is unknown once more: its receipt answers, or it happens now, or it is refused. */
async function resolve(
  hub: Hub,
  command: Command,
  commandId: string,
  writer: number,
): Promise<number | null> {
  try {
    const actor = { kind: 'system', name: `writer-${writer}` } as const;
    const { position } = await execute(hub, command, { actor, commandId });
    return nothingHappens.includes(command.type) ? null : position;
  } catch (error) {
    if (error instanceof Rejection) return null;
    throw error;
  }
}

/** One client process and what it was told. */
export class Writer {
  readonly acknowledged = new Map<string, number>();
  refused = 0;
  sent = 0;
  readonly #databaseUrl: string;
  readonly #logFile: string;
  readonly #seed: number;
  readonly #writer: number;
  readonly #answered = new Set<number>();
  #process: ReturnType<typeof spawn> | null = null;
  #read: Promise<void> = Promise.resolve();

  /** @param databaseUrl where it finds PostgreSQL, if there is something in between */
  constructor(stage: Stage, seed: number, writer: number, databaseUrl = stage.databaseUrl) {
    this.#databaseUrl = databaseUrl;
    this.#logFile = join(stage.dir, 'roles.log');
    this.#seed = seed;
    this.#writer = writer;
  }

  start(): void {
    const script = join(import.meta.dirname, 'writer.ts');
    const log = openSync(this.#logFile, 'a');
    const child = spawn(process.execPath, [script, ...[this.#seed, this.#writer, this.sent].map(String)], {
      env: {
        ...baseEnvironment(),
        ...{ DATABASE_URL: this.#databaseUrl, PERSONAL_DATA_KEY: '5a'.repeat(32) },
      },
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    this.#process = child;
    const commands = this.#commands();
    this.#read = (async () => {
      for await (const line of createInterface({ input: child.stdout! })) this.#hear(line, commands);
    })();
  }

  running(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#read;
  }

  /** Commands that were sent and not answered. */
  open(): { commandId: string; command: Command; writer: number }[] {
    const commands = this.#commands();
    const left = Array.from({ length: this.sent }, (_, n) => n).filter((n) => !this.#answered.has(n));
    return left.map((n) => ({ ...commands(n), writer: this.#writer }));
  }

  #commands(): (n: number) => { commandId: string; command: Command } {
    const made: { commandId: string; command: Command }[] = [];
    const source = randomCommands(this.#seed, this.#writer);
    return (n) => {
      while (made.length <= n) made.push(source.next().value!);
      return made[n];
    };
  }

  #hear(line: string, commands: (n: number) => { commandId: string; command: Command }): void {
    let said: { sending?: number; acknowledged?: number; position?: number; refused?: number };
    try {
      said = JSON.parse(line);
    } catch {
      return; // cut off by the kill: what it said is not known
    }
    if (said.sending !== undefined) this.sent = Math.max(this.sent, said.sending + 1);
    if (said.refused !== undefined) {
      this.refused++;
      this.#answered.add(said.refused);
    }
    if (said.acknowledged === undefined) return;
    this.#answered.add(said.acknowledged);
    const { commandId, command } = commands(said.acknowledged);
    if (!nothingHappens.includes(command.type)) this.acknowledged.set(commandId, said.position!);
  }
}
