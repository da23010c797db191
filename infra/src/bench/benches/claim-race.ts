import { claim, draftedJob, newNode } from '@tsudoi/hub/testing';
import type { Bench } from '../bench.ts';
import { commitSeconds, startBenchServer } from '../hub/server.ts';

const [workers, jobs] = [200, 100];

export const bench: Bench = {
  about: 'ms until the last of 200 workers that claim at once has its answer, 100 jobs',
  async *cases({ scratch }) {
    const server = await startBenchServer(scratch);
    const { hub } = server;
    let onceEach = true;
    try {
      yield {
        case: `${workers} workers, ${jobs} jobs`,
        peer: null,
        unit: 'ms',
        better: 'less',
        must: 1000,
        aim: 300,
        floor: (await commitSeconds(server.url)) * 1000,
        note: 'floor: one durable commit for all of them',
        async ours() {
          const nodes = await Promise.all(Array.from({ length: workers }, () => newNode(hub)));
          const drafted = await Promise.all(Array.from({ length: jobs }, () => draftedJob(hub)));
          const started = performance.now();
          const leases = await Promise.all(nodes.map((node) => claim(hub, node)));
          const milliseconds = performance.now() - started;
          const leased = leases.flatMap((lease) => lease?.jobId ?? []);
          onceEach &&= leased.length === jobs && drafted.every((jobId) => leased.includes(jobId));
          return milliseconds;
        },
        async verify() {
          const [{ doubled }] = await hub.sql<{ doubled: number }[]>`
            select count(*)::int as doubled from (
              select stream_id from event where type = 'JobLeased' group by stream_id having count(*) > 1) twice`;
          return onceEach && doubled === 0;
        },
      };
    } finally {
      await server.close();
    }
  },
};
