import { LogWindow } from '@tsudoi/hub';
import { serverEnv } from '../env.ts';
import { hub } from '../hub.ts';
import { processWide } from '../process-wide.ts';

/** The newest part of the log, read once for every open page and every listener of this process. */
export const logWindow = processWide(
  'log-window',
  () =>
    new LogWindow(hub(), {
      source: serverEnv().HUB_URL,
      onError: (error) =>
        console.error('live log: trying again', error instanceof Error ? error.message : error),
    }),
);
