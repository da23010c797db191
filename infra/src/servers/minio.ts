import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { baseEnvironment, type Child, startChild } from './child.ts';
import { waitUntil } from './wait.ts';

/** The last commit of the server's repository (12 February 2026); its release tags are no module versions. */
const version = 'v0.0.0-20260212201848-7aac2a2c5b7c';

export interface MinioServer {
  child: Child;
  endpoint: string;
  accessKey: string;
  secretKey: string;
}

/** The server from PATH, or the one that `buildMinio` made earlier; null when there is neither. */
export function findMinio(): string | null {
  const onPath = spawnSync('sh', ['-c', 'command -v minio'], { encoding: 'utf8' }).stdout.trim();
  if (onPath) return onPath;
  const built = join(cacheFolder(), 'minio');
  return existsSync(built) ? built : null;
}

/**
 * Builds the pinned version with the Go toolchain into the user's cache folder: once, two to three minutes on two
 * cores, 111 MB.
 * @returns the binary, or in one line why it cannot be had here
 */
export function buildMinio(): { binary: string } | { absent: string } {
  if (spawnSync('go', ['version']).status !== 0) {
    return { absent: 'there is no "minio" on PATH and no Go toolchain to build it with' };
  }
  const work = join(cacheFolder(), `build-${process.pid}`);
  mkdirSync(work, { recursive: true });
  process.stderr.write(`building MinIO ${version} for the S3 tests: once, some minutes\n`);
  const build = spawnSync(
    'go',
    ['install', '-trimpath', '-ldflags', '-s -w', `github.com/minio/minio@${version}`],
    {
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0', GOBIN: work },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const binary = join(cacheFolder(), 'minio');
  if (build.status === 0) renameSync(join(work, 'minio'), binary);
  rmSync(work, { recursive: true, force: true });
  if (build.status === 0) return { binary };
  const reason = build.stderr.trim().split('\n').at(-1) ?? 'unknown error';
  return { absent: `MinIO could not be built: ${reason}` };
}

/** Starts a server of one disk on loopback, with credentials of its own. */
export async function startMinio(settings: {
  binary: string;
  dir: string;
  logFile: string;
  port: number;
}): Promise<MinioServer> {
  const data = join(settings.dir, 'minio');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const accessKey = 'tsudoi';
  const secretKey = randomBytes(20).toString('hex');
  const child = startChild({
    name: 'minio',
    command: settings.binary,
    args: ['server', data, '--address', `127.0.0.1:${settings.port}`, '--quiet'],
    env: {
      ...baseEnvironment(),
      MINIO_ROOT_USER: accessKey,
      MINIO_ROOT_PASSWORD: secretKey,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
    logFile: settings.logFile,
  });
  const endpoint = `http://127.0.0.1:${settings.port}`;
  const ready = async () => (await fetch(`${endpoint}/minio/health/ready`)).ok;
  await waitUntil('minio', child, 20, ready);
  return { child, endpoint, accessKey, secretKey };
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(base, 'tsudoi', `minio-${version}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}
