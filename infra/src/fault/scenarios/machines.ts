import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execute, expiredLeases, type Hub, openHub, verifyLog } from '@tsudoi/hub';
import { claim, draftedJob, newNode, newPerson, system } from '@tsudoi/hub/testing';
import { baseEnvironment } from '../../servers/child.ts';
import type { Fault } from '../fault.ts';
import { lostOrDoubled, whatIsWrong } from '../invariants.ts';
import { kill, type Stage, until } from '../stage.ts';
import { SilentProxy } from './silent-proxy.ts';

const stoppedWorker: Fault = {
  name: 'worker-stopped',
  fault:
    'a worker process is stopped (SIGSTOP) past its lease and goes on (SIGCONT) when another has the job',
  invariant:
    'its report is refused by the epoch of its lease; the job is the other worker’s and its lease stays',
  async run(stage) {
    const hub = stage.hub({ leaseSeconds: 1 });
    const [first, second] = [await newNode(hub), await newNode(hub)];
    const jobId = await draftedJob(hub);
    stage.startRoles('reaper');
    const worker = spawn(
      process.execPath,
      [join(import.meta.dirname, 'late-worker.ts'), first.tokenId, first.personId, jobId],
      { env: { ...baseEnvironment(), DATABASE_URL: stage.databaseUrl }, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    try {
      const said = createInterface({ input: worker.stdout })[Symbol.asyncIterator]();
      const { claimed } = JSON.parse(String((await said.next()).value));
      worker.kill('SIGSTOP');
      worker.stdin.write('go on\n'); // it reports as soon as it can
      await until('the lease has run out and the job is queued again', 15, async () => {
        const [row] = await hub.sql`select state from job_queue where job_id = ${jobId}`;
        return row.state === 'queued' && (await expiredLeases(hub)).length === 0;
      });
      const next = await claim(stage.hub({ leaseSeconds: 60 }), second, jobId);
      worker.kill('SIGCONT');
      const { reported } = JSON.parse(String((await said.next()).value));
      const [row] = await hub.sql`select state, epoch from job_queue where job_id = ${jobId}`;
      const seen = `epochs ${claimed} and ${next!.epoch}; the late report: ${reported}; the job is ${row.state}, epoch ${row.epoch}`;
      const holds = reported === 'lease.stale-epoch' && row.state === 'leased' && row.epoch === next!.epoch;
      return { problem: holds ? (await verifyLog(hub)).log.problem : seen, seen };
    } finally {
      worker.kill('SIGKILL');
    }
  },
};

/** The hub's processes on a machine whose clock is wrong. */
function startShifted(stage: Stage, minutes: number) {
  const env = { CLOCK_SHIFT_MS: String(minutes * 60_000) };
  const preload = join(import.meta.dirname, 'shift-clock.ts');
  return stage.startRolesWith({ env, preload }, 'publisher', 'projector', 'reaper');
}

const wrongClock: Fault = {
  name: 'clock-wrong',
  fault: 'the clocks of the hub’s processes are ten minutes ahead, then ten minutes behind',
  invariant:
    'a lease lives and ends by the database’s clock, events carry its time, publisher and projector go on',
  async run(stage) {
    const hub = stage.hub({ leaseSeconds: 30, owner: true });
    const short = stage.hub({ leaseSeconds: 1 });
    const seen: string[] = [];
    for (const minutes of [10, -10]) {
      const roles = startShifted(stage, minutes);
      try {
        const [held, ending] = [await draftedJob(hub), await draftedJob(hub)];
        await claim(hub, await newNode(hub), held);
        await claim(short, await newNode(hub), ending);
        await until(`the lease of one second has ended, ${minutes} min`, 15, async () => {
          return (await stateOf(hub, ending)) === 'queued';
        });
        for (let i = 0; i < 5; i++) await newPerson(hub);
        const problem = await whatIsWrong(stage, hub);
        const state = await stateOf(hub, held);
        if (problem || state !== 'leased')
          return { problem: problem ?? `a live lease became ${state}`, seen: `${minutes} min` };
        seen.push(`${minutes} min: the long lease lives, the short one ended`);
      } finally {
        await kill(roles);
      }
    }
    const [{ wrong }] = await hub.sql<{ wrong: number }[]>`
      select count(*)::int as wrong from event
      where abs(extract(epoch from clock_timestamp() - at)) > 300`;
    return { problem: wrong > 0 ? `${wrong} events carry the wrong clock` : null, seen: seen.join('; ') };
  },
};

async function stateOf(hub: Hub, jobId: string): Promise<string> {
  const [row] = await hub.sql<{ state: string }[]>`select state from job_queue where job_id = ${jobId}`;
  return row.state;
}

const partition: Fault = {
  name: 'partition',
  fault: 'the network between a process and PostgreSQL drops everything and closes nothing, and heals later',
  invariant:
    'commands fail within a bounded time, others are not held up, and after it has healed each happens exactly once under its id',
  async run(stage) {
    const owner = stage.hub({ owner: true });
    stage.startRoles('publisher', 'projector');
    const url = new URL(stage.databaseUrl);
    const proxy = await SilentProxy.open(Number(url.port));
    url.port = String(proxy.port);
    const hub = openHub({ databaseUrl: url.href, leaseSeconds: 90, poolSize: 4, answerSeconds: 3 });
    try {
      const commands = Array.from({ length: 8 }, (_, n) => ({
        commandId: crypto.randomUUID(),
        command: {
          type: 'group.create' as const,
          data: { groupId: crypto.randomUUID(), slug: `cut-${n}`, nameJa: `分断 ${n}`, nameEn: `Cut ${n}` },
        },
      }));
      const send = ({ commandId, command }: (typeof commands)[number]) =>
        execute(hub, command, { actor: system, commandId });
      await send(commands[0]); // the connections are open
      proxy.fallSilent();
      const started = performance.now();
      const cut = await Promise.allSettled(commands.slice(1).map(send));
      const seconds = (performance.now() - started) / 1000;
      const othersStarted = performance.now();
      await newPerson(owner);
      const others = performance.now() - othersStarted;
      proxy.speak();
      const answers = await Promise.all(commands.map(send));
      const acknowledged = new Map(answers.map(({ position }, i) => [commands[i].commandId, position]));
      const failed = cut.filter(({ status }) => status === 'rejected').length;
      const seen = `${failed} of ${cut.length} failed after ${seconds.toFixed(1)} s; another process wrote in ${Math.round(others)} ms; afterwards all ${answers.length} passed`;
      const problem = failed === cut.length && seconds < 60 && others < 6000 ? null : seen;
      return {
        problem: problem ?? (await lostOrDoubled(owner, acknowledged)) ?? (await whatIsWrong(stage, owner)),
        seen,
      };
    } finally {
      proxy.close();
      await hub.close(1).catch(() => {});
    }
  },
};

export const machineFaults: readonly Fault[] = [stoppedWorker, wrongClock, partition];
