import type { Bench } from '../bench.ts';
import { startBenchServer } from '../hub/server.ts';
import { steadyLoad } from '../hub/steady-load.ts';

export const bench: Bench = {
  about: 'ms until a command is answered while 50 are sent each second for 10 minutes, and that none is lost',
  async *cases(options) {
    const server = await startBenchServer(options.scratch);
    try {
      yield steadyLoad(server, options);
    } finally {
      await server.close();
    }
  },
};
