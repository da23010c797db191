import { isAlive } from '../instance.ts';
import type { CliCommand } from './command.ts';

export const status: CliCommand = {
  name: 'status',
  about: 'what is running, where, and whether it answers',
  positionals: [],
  options: {},
  async run({ instance, result }) {
    const state = instance.state();
    if (!state) {
      result({ running: false }, 'nothing is running; "./tsudoi up" starts the hub');
      return 0;
    }
    const answers = await fetch(`${state.url}/api/health`, { signal: AbortSignal.timeout(3000) }).then(
      (response) => response.ok,
      () => false,
    );
    const processes = Object.entries(state.children).map(([name, pid]) => ({
      name,
      pid,
      alive: isAlive(pid),
    }));
    const gone = processes
      .filter(({ name, alive }) => !alive && !state.down.some((one) => one.name === name))
      .map(({ name }) => ({ name, vital: true, what: 'gone' }));
    const down = [...state.down, ...gone];
    const value = {
      running: true,
      url: state.url,
      since: state.startedAt,
      ready: state.ready && answers && !down.some(({ vital }) => vital),
      processes,
      down,
    };
    const lines = [
      `${state.url} (${value.ready ? 'ready' : 'not ready'}), since ${state.startedAt}`,
      ...processes
        .filter(({ name }) => !down.some((one) => one.name === name))
        .map(({ name, pid }) => `  ${name.padEnd(12)} ${String(pid).padStart(7)}  running`),
      ...down.map(({ name, what }) => `  ${name.padEnd(12)} ${'-'.padStart(7)}  ${what}`),
    ];
    result(value, lines.join('\n'));
    return 0;
  },
};
