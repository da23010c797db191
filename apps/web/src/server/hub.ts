import { createObjectStore, type Hub, type ObjectStore, openHub } from '@tsudoi/hub';
import { serverEnv } from './env.ts';
import { processWide } from './process-wide.ts';

/** The hub, opened at the first request that needs it. */
export const hub: () => Hub = processWide('hub', () => {
  const env = serverEnv();
  return openHub({
    databaseUrl: env.DATABASE_URL,
    leaseSeconds: env.LEASE_SECONDS,
    personalKey: env.PERSONAL_DATA_KEY,
    poolSize: 10,
  });
});

export const objectStore: () => ObjectStore = processWide('objects', () =>
  createObjectStore(serverEnv(), hub().sql),
);
