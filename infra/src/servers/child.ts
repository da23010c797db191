import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface ChildSettings {
  name: string;
  command: string;
  args: string[];
  /** The whole environment of the child: nothing is inherited by accident. */
  env: Record<string, string>;
  logFile: string;
  cwd?: string;
  uid?: number;
  gid?: number;
  stopSignal?: NodeJS.Signals;
}

export interface Child {
  name: string;
  pid: number;
  /** Resolves with what ended it, e.g. "exit code 1" or "signal SIGKILL". */
  ended: Promise<string>;
  running(): boolean;
  stop(graceSeconds?: number): Promise<void>;
}

/** What every child gets of our own environment. */
export function baseEnvironment(): Record<string, string> {
  const kept = [
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'XDG_CACHE_HOME',
    'SSL_CERT_FILE',
    'NODE_EXTRA_CA_CERTS',
  ];
  const entries = kept
    .map((name) => [name, process.env[name]] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}

/**
 * Starts a child in a process group of its own, so that Ctrl-C reaches only the supervisor, which then stops its
 * children in the right order.
 */
export function startChild(settings: ChildSettings): Child {
  const log = openSync(settings.logFile, 'a', 0o600);
  const child: ChildProcess = spawn(settings.command, settings.args, {
    cwd: settings.cwd,
    env: settings.env,
    stdio: ['ignore', log, log],
    detached: true,
    uid: settings.uid,
    gid: settings.gid,
  });
  closeSync(log);
  let over = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      over = true;
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      over = true;
      resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
  return {
    name: settings.name,
    pid: child.pid ?? -1,
    ended,
    running: () => !over,
    async stop(graceSeconds = 10) {
      if (over || child.pid === undefined) return;
      const killer = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), graceSeconds * 1000);
      child.kill(settings.stopSignal ?? 'SIGTERM');
      await ended;
      clearTimeout(killer);
    },
  };
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}
