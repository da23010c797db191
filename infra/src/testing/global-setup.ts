import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutRoot } from '../paths.ts';
import { findMinio, startMinio } from '../servers/minio.ts';
import { natsUser, startNats } from '../servers/nats.ts';
import { freePort } from '../servers/ports.ts';
import { postgresHome, startPostgres } from '../servers/postgres.ts';

/** Real PostgreSQL, NATS and, where it can be had, MinIO for one run of the integration tests; addresses go through the environment. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.TEST_DATABASE_URL && process.env.TEST_NATS_URL) return async () => {};
  const dir = mkdtempSync(join(tmpdir(), 'tsudoi-test-'));
  chmodSync(dir, 0o755);
  const password = randomBytes(12).toString('hex');
  const database = await startPostgres({
    dir,
    logFile: join(dir, 'postgres.log'),
    port: await freePort(),
    password,
    durable: false,
  });
  const nats = await startNats({
    dir,
    binDir: join(checkoutRoot, '.tsudoi/bin'),
    logFile: join(dir, 'nats.log'),
    port: await freePort(),
    password,
  });
  const binary = findMinio();
  const minio = binary
    ? await startMinio({ binary, dir, logFile: join(dir, 'minio.log'), port: await freePort() })
    : null;
  if (minio) {
    process.env.TEST_S3_ENDPOINT = minio.endpoint;
    process.env.TEST_S3_ACCESS_KEY = minio.accessKey;
    process.env.TEST_S3_SECRET_KEY = minio.secretKey;
  } else {
    process.env.TEST_S3_ABSENT =
      'no MinIO here: put "minio" on PATH, or let "./tsudoi test" build it with a Go toolchain';
  }
  process.env.TEST_DATABASE_URL = database.url.replace(/tsudoi$/, 'postgres');
  process.env.TEST_NATS_URL = nats.url.replace('nats://', `nats://${natsUser}:${password}@`);
  return async () => {
    await minio?.child.stop();
    await nats.child.stop();
    await database.child.stop();
    rmSync(postgresHome(dir), { recursive: true, force: true });
    rmSync(dir, { recursive: true, force: true });
  };
}
