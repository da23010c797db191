import { newPerson } from '@tsudoi/hub/testing';
import { CloudEvent } from '@tsudoi/schema';
import { Stage, until } from '../../fault/stage.ts';
import type { Bench } from '../bench.ts';
import { commitSeconds, quantile } from '../hub/server.ts';

const rate = 50;

/** From the moment of the append, by the database's clock, to a subscriber of another connection, on one machine. */
export const bench: Bench = {
  about: 'ms from append to NATS subscriber at 50 commands/s, with the real publisher process',
  async *cases({ quick }) {
    const stage = await Stage.open();
    try {
      const hub = stage.hub();
      stage.startRoles('publisher');
      await newPerson(hub);
      await until('the publisher is at work', 20, async () => {
        return ((await stage.published((copy) => copy.lastSequence())) ?? 0) > 0;
      });
      const connection = await stage.connectNats();
      const lags: number[] = [];
      const seen = new Set<number>();
      connection.subscribe('log.>', {
        callback: (_, message) => {
          const event = CloudEvent.parse(message.json());
          seen.add(event.position);
          lags.push(Date.now() - Date.parse(event.time));
        },
      });
      await connection.flush();
      const seconds = quick ? 2 : 10;
      const floor = (await commitSeconds(stage.ownerUrl)) * 1000;
      let [first, last] = [Number.MAX_SAFE_INTEGER, 0];
      const load = async () => {
        lags.length = 0;
        const sent: Promise<void>[] = [];
        for (let n = 0; n < rate * seconds; n++) {
          sent.push(
            newPerson(hub).then(async () => {
              last = Math.max(last, (await hub.sql`select position from log_head`)[0].position);
            }),
          );
          await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
        }
        await Promise.all(sent);
        await until('everything has arrived', 20, async () => seen.has(last));
        first = Math.min(first, ...seen);
      };
      const complete = () =>
        Array.from({ length: last - first + 1 }, (_, i) => first + i).every((p) => seen.has(p));
      for (const [share, must, aim] of [
        [0.5, 20, 8],
        [0.99, 250, 50],
      ] as const) {
        yield {
          case: `p${share * 100} at ${rate} commands/s`,
          peer: null,
          unit: 'ms',
          better: 'less',
          ...{ must, aim, floor },
          note: 'floor: one durable commit; the moment of the append lies before its flush',
          async ours() {
            await load();
            return quantile(lags, share);
          },
          verify: complete,
        };
      }
      await connection.close();
    } finally {
      await stage.close();
    }
  },
};
