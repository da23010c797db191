import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Say } from '../say.ts';
import type { Child } from './child.ts';

/** How a process is brought back. */
export interface Patience {
  /** Starts in a row that may end within `steadySeconds` before it is given up. */
  tries: number;
  /** The first pause; each further one is twice as long, up to `longestPauseSeconds`. */
  pauseSeconds: number;
  longestPauseSeconds: number;
  /** One that ran for so long is a new story: its next end counts as the first. */
  steadySeconds: number;
  /** How often a running one is asked how it is. */
  checkSeconds: number;
}
export const usualPatience: Patience = {
  ...{ tries: 6, pauseSeconds: 1, longestPauseSeconds: 30 }, // a bit more than a minute in all
  ...{ steadySeconds: 60, checkSeconds: 15 },
};

export interface KeepSettings {
  name: string;
  logFile: string;
  /** Starts it; a server's promise is kept when it answers. `spawned` hears of the process before that. */
  start(spawned: (child: Child) => void): Child | Promise<Child>;
  /** Processes that must run before this one is started again. */
  needs?: readonly string[];
  /** Without it there is no hub: when it is given up, everything is. */
  vital: boolean;
  /** What ails it though it runs, so that it has to be started again; null when nothing does. */
  ailing?: () => Promise<string | null>;
  /** Why a start would be in vain just now; null when it would not. Waited for without counting a try. */
  hindrance?: () => string | null;
  /** Not started again: its end is only told. */
  once?: boolean;
}

export interface KeeperOptions {
  say: Say;
  /** Something started, ended or was given up. */
  changed(): void;
  /** A vital one could not be kept running. */
  failed(error: Error): void;
  patience?: Patience;
}

/** A process that does not run, or does not do its work. */
export interface Down {
  name: string;
  vital: boolean;
  /** What happened and what becomes of it. */
  what: string;
}

interface Kept {
  settings: KeepSettings;
  child: Child | null;
  /** Why it does not do its work; null when it does. */
  down: string | null;
  /** Ends in a row. */
  ends: number;
}

/** Keeps processes running: one that ends is started again, after growing pauses and a bounded number of times. */
export class Keeper {
  readonly #options: Required<KeeperOptions>;
  readonly #kept: Kept[] = [];
  readonly #stopping = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = { patience: usualPatience, ...options };
  }

  /**
   * Starts it for the first time, and keeps it running from then on.
   * @throws what the first start throws: what never ran is not tried again
   */
  async keep(settings: KeepSettings): Promise<Child> {
    if (this.#stopping.signal.aborted)
      throw new Error(`${settings.name} is not started: everything is being stopped`);
    const kept: Kept = { settings, child: null, down: 'starting', ends: 0 };
    this.#kept.push(kept);
    try {
      return await this.#start(kept);
    } catch (error) {
      await kept.child?.stop();
      this.#kept.splice(this.#kept.indexOf(kept), 1);
      throw error;
    }
  }

  /** The process of that name, if it runs and has answered. */
  running(name: string): Child | undefined {
    const kept = this.#kept.findLast(({ settings }) => settings.name === name);
    return kept?.child?.running() && kept.down === null ? kept.child : undefined;
  }

  /** Process ids of what runs, by name. */
  children(): Record<string, number> {
    const all = this.#kept.flatMap(({ child }) =>
      child?.running() ? [[child.name, child.pid] as const] : [],
    );
    return Object.fromEntries(all);
  }

  down(): Down[] {
    return this.#kept.flatMap(({ settings: { name, vital }, down }) =>
      down === null ? [] : [{ name, vital, what: down }],
    );
  }

  /** The last one started is the first one stopped. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const { child } of [...this.#kept].reverse()) await child?.stop();
  }

  async #start(kept: Kept): Promise<Child> {
    const startedAt = Date.now();
    const child = await kept.settings.start((spawned) => {
      kept.child = spawned;
      this.#options.changed();
    });
    Object.assign(kept, { child, down: null });
    this.#options.changed();
    void this.#watch(kept, child, startedAt);
    return child;
  }

  async #watch(kept: Kept, child: Child, startedAt: number): Promise<void> {
    const { settings } = kept;
    const checks = new AbortController();
    const ailment = settings.ailing ? this.#check(kept, settings.ailing, checks.signal) : null;
    const how = await child.ended;
    checks.abort();
    if (this.#stopping.signal.aborted) return;
    const why = (await ailment) ?? how;
    if (Date.now() - startedAt >= this.#options.patience.steadySeconds * 1000) kept.ends = 0;
    kept.child = null;
    if (settings.once) {
      this.#kept.splice(this.#kept.indexOf(kept), 1);
      this.#tell(kept, `ended (${why})`);
      return this.#options.changed();
    }
    await this.#bringBack(kept, why);
  }

  async #bringBack(kept: Kept, ended: string): Promise<void> {
    const { tries, pauseSeconds, longestPauseSeconds } = this.#options.patience;
    for (let why = ended; ; ) {
      if (kept.ends++ >= tries) return this.#giveUp(kept, why);
      const pause = Math.min(pauseSeconds * 2 ** (kept.ends - 1), longestPauseSeconds);
      kept.down = `ended (${why}); try ${kept.ends} of ${tries} to start it again`;
      this.#tell(kept, `ended (${why}); starting it again in ${pause} s, try ${kept.ends} of ${tries}`);
      this.#options.changed();
      try {
        await this.#pause(pause);
        await this.#possible(kept);
        this.#stopping.signal.throwIfAborted();
        await this.#start(kept);
        return this.#tell(kept, 'runs again');
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        await kept.child?.stop();
        kept.child = null;
        why = error instanceof Error ? error.message : String(error);
      }
    }
  }

  #giveUp(kept: Kept, why: string): void {
    const { name, vital } = kept.settings;
    kept.down = `given up after ${this.#options.patience.tries} tries (${why})`;
    this.#tell(kept, kept.down);
    this.#options.changed();
    if (vital)
      this.#options.failed(
        new Error(
          `${name} does not stay up: ${kept.down}; see "./tsudoi logs ${name}", then start the hub again`,
        ),
      );
  }

  /** Waits for what it needs. */
  async #possible(kept: Kept): Promise<void> {
    const { needs = [], hindrance } = kept.settings;
    for (;;) {
      const missing = needs.filter((name) => !this.running(name));
      const why = missing.length > 0 ? `waits for ${missing.join(', ')}` : (hindrance?.() ?? null);
      if (why === null) return;
      this.#setDown(kept, why);
      await this.#pause(Math.min(1, this.#options.patience.checkSeconds));
    }
  }

  /** @returns why it was stopped, when it was */
  async #check(kept: Kept, ailing: () => Promise<string | null>, over: AbortSignal): Promise<string | null> {
    const { checkSeconds } = this.#options.patience;
    for (;;) {
      await delay(checkSeconds * 1000, undefined, { ref: false, signal: over }).catch(() => {});
      const ailment = over.aborted ? null : await ailing().catch(() => null);
      if (over.aborted || this.#stopping.signal.aborted) return null;
      const hindrance = ailment === null ? null : (kept.settings.hindrance?.() ?? null);
      this.#setDown(kept, ailment && `${ailment}${hindrance === null ? '' : `; ${hindrance}`}`);
      if (ailment === null || hindrance !== null) continue;
      await kept.child?.stop();
      return ailment;
    }
  }

  #setDown(kept: Kept, down: string | null): void {
    if (kept.down === down) return;
    kept.down = down;
    if (down !== null) this.#tell(kept, down);
    this.#options.changed();
  }

  #pause(seconds: number): Promise<void> {
    return delay(seconds * 1000, undefined, { signal: this.#stopping.signal });
  }

  /** On the terminal, and at the end of its own log, where whoever looks for the cause reads. */
  #tell({ settings: { name, logFile } }: Kept, what: string): void {
    this.#options.say.line(`${name.padEnd(11)} ${what}`);
    try {
      appendFileSync(logFile, `[launcher ${new Date().toISOString()}] ${name} ${what}\n`, { mode: 0o600 });
    } catch {
      // The disk may be what is full.
    }
  }
}
