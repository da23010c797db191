import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../instance.ts';
import type { CliCommand } from './command.ts';

export const down: CliCommand = {
  name: 'down',
  about: 'stop the hub that runs from this folder',
  positionals: [],
  options: {},
  async run({ instance, say, result }) {
    const state = instance.state();
    if (!state) {
      result({ running: false }, 'nothing is running');
      return 0;
    }
    process.kill(state.supervisor, 'SIGTERM');
    for (let waited = 0; isAlive(state.supervisor); waited += 0.1) {
      if (waited > 60)
        throw new Error(`the supervisor ${state.supervisor} does not stop; its log is in ${instance.logDir}`);
      say.progress(`stopping (${waited.toFixed(0)} s)`);
      await delay(100);
    }
    result({ running: false, stopped: state.supervisor }, 'stopped');
    return 0;
  },
};
