import { randomUUID } from 'node:crypto';
import { execute, type Hub, verifyChain } from '@tsudoi/hub';
import type { Command } from '@tsudoi/schema';
import type { BenchCase, BenchOptions } from '../bench.ts';
import { type BenchServer, quantile } from './server.ts';

const rate = 50;

export const join = (personId: string): Command => ({
  type: 'person.join',
  data: { personId, displayName: 'bench', opennessAgreed: true },
});
/** A person gives a role back: the stream is read and folded, one event appended, one inline row deleted, one receipt filed. */
export const revoke = (personId: string): Command => ({
  type: 'person.revokeRole',
  data: { personId, role: 'contributor', groupId: null },
});

/** 50 commands a second, open loop: each is sent when its time has come, whether or not earlier ones were answered. */
export function steadyLoad({ hub }: BenchServer, { quick, progress }: BenchOptions): BenchCase {
  // A case is run 8 times (a warm-up and 7 runs); together they make the 10 minutes.
  const seconds = quick ? 3 : 75;
  const acknowledged = new Set<string>();
  const latencies: number[] = [];
  return {
    case: `${rate} commands/s for ${seconds * 8} s`,
    peer: null,
    unit: 'ms (p99)',
    better: 'less',
    must: 250,
    aim: 100,
    note: () =>
      `over all runs: p50 ${at(latencies, 0.5)} ms, p99 ${at(latencies, 0.99)} ms, ${acknowledged.size} answered`,
    async ours() {
      progress(`${rate} commands/s for ${seconds} s`);
      const run: number[] = [];
      const sent: Promise<void>[] = [];
      const started = performance.now();
      for (let n = 0; n < rate * seconds; n++) {
        await until(started + (n * 1000) / rate);
        sent.push(joinAndRevoke(hub, run, acknowledged));
      }
      await Promise.all(sent);
      latencies.push(...run);
      return at(run, 0.99);
    },
    async verify() {
      const rows = await hub.sql<{ id: string }[]>`select meta->>'commandId' as id from event
        where meta->>'actor' = 'system:load' group by 1 having count(*) = 1`;
      const found = new Set(rows.map(({ id }) => id));
      const none = [...acknowledged].every((id) => found.has(id));
      return none && found.size === acknowledged.size && (await verifyChain(hub.sql)).problem === null;
    },
  };
}

/** Every second command follows a join of the same person, so that half of them fold a stream that exists. */
async function joinAndRevoke(hub: Hub, latencies: number[], acknowledged: Set<string>): Promise<void> {
  const personId = randomUUID();
  await execute(hub, join(personId), {
    actor: { kind: 'system', name: 'newcomer' },
    commandId: randomUUID(),
  });
  const commandId = randomUUID();
  const started = performance.now();
  await execute(hub, revoke(personId), { actor: { kind: 'system', name: 'load' }, commandId });
  latencies.push(performance.now() - started);
  acknowledged.add(commandId);
}

const at = (values: readonly number[], share: number) => Number(quantile(values, share).toFixed(1));

async function until(moment: number): Promise<void> {
  const wait = moment - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
