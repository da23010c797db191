import { logHead, verifyChain } from '@tsudoi/hub';
import { fillLog } from '@tsudoi/hub/fill-log';
import type { Bench } from '../bench.ts';
import { commitSeconds, startBenchServer } from '../hub/server.ts';

/** Events in batches of 100, one writer, each batch a durable transaction; then the walk over a long log. */
export const bench: Bench = {
  about: 'events/s in durable batches of 100, and verify-log over the log they make',
  async *cases({ quick, scratch, progress }) {
    const server = await startBenchServer(scratch);
    const { sql } = server.hub;
    const perRun = quick ? 5000 : 50_000;
    let written = 0;
    try {
      const commit = await commitSeconds(server.url);
      yield {
        case: 'batches of 100',
        peer: null,
        unit: 'events/s',
        better: 'more',
        must: 10_000,
        floor: 100 / commit,
        note: 'floor: 100 events for each durable commit of one small row',
        async ours() {
          await server.emptyLog();
          written = perRun;
          return fillLog(server.hub, perRun, { batch: 100 });
        },
        async verify() {
          const { position } = await logHead(sql);
          return position === written && (await verifyChain(sql)).problem === null;
        },
      };
      const events = 50_000; // `rebuild` walks a million once; this is walked eight times
      await server.emptyLog();
      await fillLog(server.hub, events, {
        onProgress: (done) => done % 100_000 === 0 && progress(`${done} events`),
      });
      await sql`vacuum analyze event`;
      let walked = 0;
      yield {
        case: `verify-log of ${events.toLocaleString('en')} events, chain and versions`,
        peer: null,
        unit: 's per million',
        better: 'less',
        must: 120,
        floor: null,
        pairs: 7,
        async ours() {
          const started = performance.now();
          const report = await verifyChain(sql);
          if (report.problem) throw new Error(report.problem);
          walked = report.events;
          return ((performance.now() - started) / 1000 / events) * 1e6;
        },
        verify: () => walked === events,
      };
    } finally {
      await server.close();
    }
  },
};
