// Starts the processes of a group, adds up what they send, and ends them together: when one fails, none goes on alone.

import { type ChildProcess, fork } from 'node:child_process';
import { Gathering, type Part, type Sum } from './group.ts';

/** A rank ended before the training did; one line. */
export class RankFailed extends Error {
  override name = 'RankFailed';
}

export interface RankLauncher {
  /** The module that every rank runs. */
  readonly module: string;
  /** Its arguments by rank. */
  args(rank: number): readonly string[];
  readonly world: number;
  /** The first rank writes to this process's own output; else its words go to `out` and `err`. */
  readonly inherit: boolean;
  out(text: string): void;
  err(text: string): void;
  readonly signal: AbortSignal;
}

const REMEMBERED = 4000;

/**
 * Runs a group to its end. Resolves when every rank is done.
 * @throws RankFailed naming the first rank that failed; the others are ended then. The signal's reason.
 */
export async function launchRanks(launcher: RankLauncher): Promise<void> {
  const { world, signal } = launcher;
  const gathering = new Gathering(world);
  const ranks: ChildProcess[] = [];
  let failure: Error | undefined;
  let isStopped = false;
  const fail = (error: Error) => {
    failure ??= error;
    // They hold nothing but their memory: checkpoints are written beside the old one and renamed.
    for (const rank of ranks) rank.kill('SIGKILL');
  };
  const start = (rank: number): Promise<void> => {
    const child = startRank(launcher, rank);
    ranks.push(child.process);
    child.process.on('message', ({ values }: Part) => {
      try {
        const sum = gathering.add(rank, values);
        if (!sum) return;
        const answer: Sum = { values: sum, stop: signal.aborted };
        // A rank that has just died is told of by its exit.
        for (const one of ranks) if (one.connected) one.send(answer, () => {});
      } catch (error) {
        fail(error as Error);
      }
    });
    return new Promise((resolve) => {
      child.process.once('close', (code, killed) => {
        const stopped = signal.aborted && code === 1;
        isStopped ||= stopped;
        if (code !== 0 && !stopped) {
          const how = killed ? `was killed by ${killed}` : `failed: ${child.words() || `exit code ${code}`}`;
          fail(new RankFailed(`rank ${rank} of ${world} ${how}`));
        }
        resolve();
      });
    });
  };
  const ended = Array.from({ length: world }, (_, rank) => start(rank));
  launcher.err(`${world} ranks: processes ${ranks.map((r) => r.pid).join(', ')}\n`);
  await Promise.all(ended);
  // What comes after the last step stops nothing.
  if (isStopped) signal.throwIfAborted();
  if (failure) throw failure;
}

function startRank(launcher: RankLauncher, rank: number) {
  const isShown = rank === 0 && launcher.inherit;
  const child = fork(launcher.module, launcher.args(rank), {
    // Typed arrays travel as they are.
    serialization: 'advanced',
    stdio: ['ignore', isShown ? 'inherit' : 'pipe', isShown ? 'inherit' : 'pipe', 'ipc'],
  });
  let said = '';
  child.stdout?.on('data', (data) => rank === 0 && launcher.out(String(data)));
  child.stderr?.on('data', (data) => {
    said = (said + data).slice(-REMEMBERED);
    if (rank === 0) launcher.err(String(data));
  });
  // What the first rank said has been shown.
  const words = () => (rank === 0 ? 'see above' : (said.trim().split('\n').at(-1) ?? ''));
  return { process: child, words };
}
