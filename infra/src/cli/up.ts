import { startHub } from '../supervisor.ts';
import { type CliCommand, numberOption, portOption } from './command.ts';

export const defaultPort = 4800;

export const up: CliCommand = {
  name: 'up',
  about: 'start the hub with real servers and stay in the foreground; Ctrl-C stops everything',
  positionals: [],
  options: {
    port: { type: 'string', value: 'N', about: `port of the portal (default ${defaultPort})` },
    workers: { type: 'string', value: 'N', about: 'local workers (default 1)' },
  },
  async run({ values, instance, say, result }) {
    const workers = numberOption(values, 'workers', { fallback: 1, from: 0, to: 64 });
    const hub = await startHub({
      instance,
      say,
      port: portOption(values, defaultPort),
      workers,
      leaseSeconds: 90,
    });
    result({ url: hub.url, supervisor: process.pid }, `The hub is at ${hub.url} (Ctrl-C stops it)`);
    await hub.stopped;
    return 0;
  },
};
