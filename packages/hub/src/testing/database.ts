import { randomBytes } from 'node:crypto';
import { type Hub, openHub } from '../hub.ts';
import { connect } from '../log/connection.ts';
import { migrate } from '../log/migrate.ts';

/** Wraps the keys of people in tests. */
export const testPersonalKey = '5e'.repeat(32);

export interface TestHub {
  hub: Hub;
  databaseUrl: string;
  drop(): Promise<void>;
}

/** A hub on a new database of the server that the test run started; nothing is shared between test files. */
export async function createTestHub(
  settings: { leaseSeconds?: number; reviewQuorum?: number; poolSize?: number } = {},
): Promise<TestHub> {
  const adminUrl = process.env.TEST_DATABASE_URL;
  if (!adminUrl) throw new Error('TEST_DATABASE_URL is not set: run this test through vitest');
  const name = `hub_${randomBytes(6).toString('hex')}`;
  const admin = connect(adminUrl, 1);
  await admin`create database ${admin(name)}`;
  const databaseUrl = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const hub = openHub({ databaseUrl, leaseSeconds: 90, personalKey: testPersonalKey, ...settings });
  await migrate(hub.sql);
  return {
    hub,
    databaseUrl,
    async drop() {
      await hub.close(1);
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end();
    },
  };
}
