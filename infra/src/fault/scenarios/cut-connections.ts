import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { settle, Writer } from '../model.ts';
import { Random } from '../random.ts';
import { until } from '../stage.ts';
import { SilentProxy } from './silent-proxy.ts';

/** So long each way of cutting lasts before the connections break. */
const heldMs = 40;
const seconds = 5;

export const connectionsCut: Fault = {
  name: 'connections-cut',
  fault:
    'connections to PostgreSQL are reset: at once, with requests on the way, and after the commit and before its answer',
  invariant:
    'no process dies of it, and everything that was acknowledged is there once; what had no answer is told apart by its receipt',
  async run(stage, progress) {
    const random = new Random(11);
    const url = new URL(stage.databaseUrl);
    const proxy = await SilentProxy.open(Number(url.port));
    url.port = String(proxy.port);
    const fleet = [0, 1, 2].map((writer) => new Writer(stage, 11, writer, url.href));
    const env = { DATABASE_URL: url.href };
    const all = ['publisher', 'projector', 'planner', 'reaper', 'subscribers', 'webhooks', 'credits'];
    const roles = stage.startRolesWith({ env }, ...all);
    try {
      for (const writer of fleet) writer.start();
      await until('every writer was answered', 30, async () =>
        fleet.every((writer) => writer.acknowledged.size > 0),
      );
      let [cuts, broken] = [0, 0];
      for (const end = Date.now() + seconds * 1000; Date.now() < end; cuts++) {
        await delay(50 + random.below(400));
        const way = random.pick(['at once', 'requests held', 'answers kept'] as const);
        if (way === 'requests held') proxy.fallSilent();
        if (way === 'answers kept') proxy.keepAnswers();
        if (way !== 'at once') await delay(random.below(heldMs));
        broken += proxy.breakOff();
        progress(`${cuts + 1} cuts, ${broken} connections`);
      }
      const dead = [...fleet.map((one, n) => [`writer ${n}`, one] as const), ['hub', roles] as const]
        .filter(([, one]) => !one.running())
        .map(([name]) => name);
      for (const writer of fleet) await writer.kill();
      const { acknowledged, open, events, problem } = await settle(stage, fleet);
      const seen = `${cuts} cuts broke ${broken} connections; ${acknowledged} acknowledged, ${open} without an answer; ${events} events`;
      return { problem: dead.length > 0 ? `dead: ${dead.join(', ')}` : problem, seen };
    } finally {
      for (const writer of fleet) await writer.kill();
      proxy.close();
    }
  },
};
