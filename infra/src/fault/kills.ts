import type { Fault } from './fault.ts';
import { runModel, type Victim } from './model.ts';

const whole =
  'positions and versions have no gaps, the hash chain holds, every acknowledged command is there exactly once, ' +
  'every projection equals a fold of the log, the sequence in NATS equals the position';

const killing = (name: string, what: string, victims: readonly Victim[]): Fault => ({
  name,
  fault: `kill -9 of ${what} at random moments while three writers send commands`,
  invariant: whole,
  async run(stage, progress) {
    const report = await runModel(stage, { seed: 7, seconds: 8, victims }, progress);
    const kills = Object.values(report.kills).reduce((sum, n) => sum + n, 0);
    const { acknowledged, refused, open, events, problem } = report;
    const seen = `${kills} kills; ${acknowledged} acknowledged, ${refused} refused, ${open} unanswered; ${events} events`;
    const idle = acknowledged === 0 ? 'no command was acknowledged, so nothing was tried' : null;
    return { problem: problem ?? idle, seen };
  },
});

export const kills: readonly Fault[] = [
  killing('clients-killed', 'the writers', ['writer']),
  killing('postgres-killed', 'PostgreSQL', ['postgres']),
  killing('hub-killed', 'publisher and projector', ['roles']),
  killing('nats-killed', 'nats-server', ['nats']),
  killing('nats-store-lost', 'nats-server together with its data', ['nats-store']),
  killing('all-killed', 'everything', ['writer', 'postgres', 'nats', 'nats-store', 'roles']),
];
