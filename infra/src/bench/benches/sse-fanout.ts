import { setTimeout as delay } from 'node:timers/promises';
import { logHead } from '@tsudoi/hub';
import { newPerson } from '@tsudoi/hub/testing';
import { kill, Stage, until } from '../../fault/stage.ts';
import type { Bench } from '../bench.ts';
import { startBenchPortal } from '../hub/portal.ts';
import { quantile } from '../hub/server.ts';
import { StreamClients } from '../hub/stream-clients.ts';

const commandsPerRound = 10;
const pauseMs = 400;

/** From the moment a command is sent to the moment the last of all open clients has its event. */
export const bench: Bench = {
  about: 'open server-sent-event clients of the built portal: event to last client, memory of the portal',
  async *cases({ quick, progress }) {
    const stage = await Stage.open();
    const clients = new StreamClients();
    try {
      const hub = stage.hub();
      await newPerson(hub);
      const portal = await startBenchPortal(stage);
      const before = portal.residentMiB();
      const many = quick ? 200 : 1500;
      const { position: start } = await logHead(hub.sql);
      await clients.open(portal.url, many, start);
      progress(`${clients.count} clients are open`);
      const round = async (): Promise<number> => {
        const lags: number[] = [];
        for (let n = 0; n < commandsPerRound; n++) {
          const sent = performance.now();
          await newPerson(hub);
          const { position } = await logHead(hub.sql);
          await until(
            `all ${many} have ${position}`,
            60,
            async () => clients.arrivals.get(position)?.clients === many,
          );
          lags.push((clients.arrivals.get(position)!.lastAt - sent) / 1000);
          await delay(pauseMs);
        }
        return quantile(lags, 0.95);
      };
      const complete = async () => {
        const { position } = await logHead(hub.sql);
        const all = Array.from({ length: position - start }, (_, i) => start + i + 1);
        const haveAll = async () => all.every((one) => clients.arrivals.get(one)?.clients === many);
        await until('every client has every event', 60, haveAll);
        return clients.broken === null;
      };
      const shared = { peer: null, better: 'less' as const, verify: complete };
      yield {
        ...shared,
        case: `event to last of ${many} clients, p95`,
        unit: 's',
        ...{ must: 2, aim: 0.5 },
        floor: null,
        note: 'from sending the command, its durable commit included; clients and portal share the machine',
        ours: round,
      };
      yield {
        ...shared,
        case: `memory of the portal with ${many} clients`,
        unit: 'MiB',
        ...{ must: 1024, aim: 400 },
        floor: before,
        note: 'resident memory of all its processes; the floor is the portal before the first client',
        async ours() {
          await newPerson(hub);
          return portal.residentMiB();
        },
      };
      await kill(portal.child);
    } finally {
      clients.close();
      await stage.close();
    }
  },
};
