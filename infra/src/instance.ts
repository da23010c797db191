import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { checkoutRoot } from './paths.ts';
import { postgresHome } from './servers/postgres.ts';

const Secrets = z.object({
  hub: z.string(),
  /** Made where an instance of an earlier release has none. */
  personalData: z.string().default(() => randomBytes(32).toString('hex')),
  postgres: z.string(),
  nats: z.string(),
  telemetry: z.string(),
  workerToken: z.string().nullable(),
});
export type Secrets = z.infer<typeof Secrets>;

const Ports = z.object({ web: z.int(), postgres: z.int(), nats: z.int(), models: z.int() });
export type Ports = z.infer<typeof Ports>;

const State = z.object({
  supervisor: z.int(),
  url: z.string(),
  startedAt: z.iso.datetime(),
  ready: z.boolean(),
  ports: Ports,
  children: z.record(z.string(), z.int()),
  /** What does not run or does not do its work, and what becomes of it. */
  down: z.array(z.object({ name: z.string(), vital: z.boolean(), what: z.string() })).default([]),
});
export type State = z.infer<typeof State>;

/** One hub of this checkout: a folder with its data, logs, secrets and the state of what is running. */
export class Instance {
  readonly dir: string;
  readonly logDir: string;

  constructor(dir = join(checkoutRoot, '.tsudoi')) {
    this.dir = resolve(dir);
    this.logDir = join(this.dir, 'logs');
  }

  prepare(): void {
    mkdirSync(this.logDir, { recursive: true });
  }

  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  logFile(name: string): string {
    return join(this.logDir, `${name}.log`);
  }

  secrets(): Secrets {
    const file = this.path('secrets.json');
    if (existsSync(file)) {
      const stored = parseJson(readFileSync(file, 'utf8'));
      const { data: secrets } = Secrets.safeParse(stored);
      if (!secrets)
        throw new Error(
          `${file} is damaged; put a copy of it in its place: this hub's data opens with no other`,
        );
      if (JSON.stringify(stored) !== JSON.stringify(secrets)) this.saveSecrets(secrets); // keep what was just made
      return secrets;
    }
    const secret = () => randomBytes(24).toString('base64url');
    const made = {
      hub: secret(),
      personalData: randomBytes(32).toString('hex'),
      postgres: secret(),
      nats: secret(),
      telemetry: secret(),
      workerToken: null,
    };
    this.saveSecrets(made);
    return made;
  }

  saveSecrets(secrets: Secrets): void {
    writeWhole(this.path('secrets.json'), JSON.stringify(secrets, null, 2), 0o600);
  }

  /** What is running now; null when nothing is, also after a crash of the supervisor. */
  state(): State | null {
    const state = this.lastState();
    return state && isAlive(state.supervisor) ? state : null;
  }

  /** The state file as it was last written, whether or not its processes still live. */
  lastState(): State | null {
    const file = this.path('state.json');
    if (!existsSync(file)) return null;
    const parsed = State.safeParse(parseJson(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : null; // cut short by a crash of the machine: it says nothing any more
  }

  saveState(state: State): void {
    writeWhole(this.path('state.json'), JSON.stringify(state, null, 2), 0o600);
  }

  clearState(): void {
    rmSync(this.path('state.json'), { force: true });
  }

  /** Removes all data of this instance. */
  destroy(): string[] {
    const folders = [...new Set([postgresHome(this.dir), this.dir])];
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    return folders;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function writeWhole(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode });
  chmodSync(`${file}.new`, mode);
  renameSync(`${file}.new`, file);
}
